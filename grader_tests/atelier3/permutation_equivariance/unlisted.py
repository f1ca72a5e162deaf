"""3.12 permutation_equivariance: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted


@unlisted("equivariance_gap", "squared_gap")
def gap_squared(f, X, P):
    return ((f(P @ X) - P @ f(X)) ** 2).max().item()


@unlisted("equivariance_gap", "generic:factor")
def gap_doubled(f, X, P):
    return 2 * (f(P @ X) - P @ f(X)).abs().max().item()


@unlisted("equivariance_gap", "generic:sign")
def gap_negated(f, X, P):
    return -(f(P @ X) - P @ f(X)).abs().max().item()


@unlisted("equivariance_gap")
def equivariance_gap_smallest(f, X, P):
    return (f(P @ X) - P @ f(X)).abs().min().item()


@unlisted("equivariance_gap", "sum_of_gaps")
def equivariance_gap_sum(f, X, P):
    return (f(P @ X) - P @ f(X)).abs().sum().item()


@unlisted("equivariance_gap", "squared_gap")
def equivariance_gap_squared(f, X, P):
    return (f(P @ X) - P @ f(X)).square().max().item()


@unlisted("equivariance_gap", "mean_instead_of_max+squared_gap")
def equivariance_gap_mean_squared(f, X, P):
    return (f(P @ X) - P @ f(X)).square().mean().item()


@unlisted("equivariance_gap")
def equivariance_gap_permuted_twice(f, X, P):  # P f(PX)
    return (f(P @ X) - P @ f(P @ X)).abs().max().item()


@unlisted("equivariance_gap", "relative_gap")
def equivariance_gap_relative(f, X, P):
    right = P @ f(X)
    return ((f(P @ X) - right).abs().max() / right.abs().max()).item()


@unlisted("equivariance_gap")
def equivariance_gap_inverse_everywhere(f, X, P):  # Pᵀ on both sides: another permutation
    return (f(P.T @ X) - P.T @ f(X)).abs().max().item()


@unlisted("equivariance_gap")
def equivariance_gap_wrong_argmax(f, X, P):  # rows of Pᵀ X against P f(X)
    return (f(X[P.argmax(dim=0)]) - P @ f(X)).abs().max().item()


@unlisted("equivariance_gap")
def equivariance_gap_first_row(f, X, P):
    return (f(P @ X) - P @ f(X))[0].abs().max().item()


@unlisted("equivariance_gap")
def equivariance_gap_difference_of_maxima(f, X, P):  # max|f(PX)| − max|P f(X)|
    return abs(f(P @ X).abs().max() - (P @ f(X)).abs().max()).item()


@unlisted("equivariance_gap")
def equivariance_gap_yes_or_no(f, X, P):
    return float(not torch.allclose(f(P @ X), P @ f(X)))


@unlisted("equivariance_gap")
def equivariance_gap_matrix(f, X, P):  # the whole difference
    return (f(P @ X) - P @ f(X)).abs()


@unlisted("equivariance_gap")
def equivariance_gap_largest_row_sum(f, X, P):
    return (f(P @ X) - P @ f(X)).abs().sum(dim=-1).max().item()


@unlisted("equivariance_gap")
def equivariance_gap_relative_to_the_norm(f, X, P):
    right = P @ f(X)
    return ((f(P @ X) - right).abs().max() / right.norm()).item()
