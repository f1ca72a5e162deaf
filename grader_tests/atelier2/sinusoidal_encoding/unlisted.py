"""2.5 sinusoidal_encoding: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch

from attentif.exercises.unlisted import unlisted

from .oracle import shift_matrix, sinusoidal_encoding


def table(positions, frequencies):
    angles = positions[:, None] * frequencies
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)


def even(d):
    return torch.arange(0, d, 2, dtype=torch.float64)


def places(T):
    return torch.arange(T, dtype=torch.float64)


@unlisted("sinusoidal_encoding", "multiplied_instead_of_divided")
def sinusoidal_encoding_no_minus(T, d, base=10000.0):  # multiplied by the frequency's inverse
    return table(places(T), base ** (even(d) / d))


@unlisted("sinusoidal_encoding")
def sinusoidal_encoding_turns(T, d, base=10000.0):  # angles in turns
    return table(2 * math.pi * places(T), base ** (-even(d) / d))


@unlisted("sinusoidal_encoding", "last_frequency_is_one_over_base")
def sinusoidal_encoding_to_the_last(T, d, base=10000.0):  # from 1 to 1/base, both ends, as in tensor2tensor
    half = d // 2
    return table(places(T), base ** (-torch.arange(half, dtype=torch.float64) / max(half - 1, 1)))


@unlisted("sinusoidal_encoding")
def sinusoidal_encoding_degrees(T, d, base=10000.0):
    return table(places(T) * math.pi / 180, base ** (-even(d) / d))


@unlisted("sinusoidal_encoding")
def sinusoidal_encoding_relative_positions(T, d, base=10000.0):  # positions from 0 to 1
    return table(places(T) / T, base ** (-even(d) / d))


@unlisted("sinusoidal_encoding")
def sinusoidal_encoding_scaled(T, d, base=10000.0):  # unit vectors
    return sinusoidal_encoding(T, d, base) / math.sqrt(d / 2)


@unlisted("sinusoidal_encoding", "generic:permuted")
def sinusoidal_encoding_frequencies_reversed(T, d, base=10000.0):
    return table(places(T), base ** (-even(d).flip(0) / d))


@unlisted("sinusoidal_encoding")
def sinusoidal_encoding_sines_only(T, d, base=10000.0):
    return torch.sin(places(T)[:, None] * base ** (-torch.arange(d, dtype=torch.float64) / d))


@unlisted("sinusoidal_encoding")
def sinusoidal_encoding_linear_frequencies(T, d, base=10000.0):
    return table(places(T), 1 / (1 + even(d) * base / d))


@unlisted("sinusoidal_encoding", "generic:shape")
def sinusoidal_encoding_batch_axis(T, d, base=10000.0):
    return sinusoidal_encoding(T, d, base).unsqueeze(0)


@unlisted("shift_matrix", "shift_always_forward")
def shift_matrix_absolute_shift(k, d, base=10000.0):
    return shift_matrix(abs(k), d, base)


@unlisted("shift_matrix", "shift_by_one")
def shift_matrix_one_step(k, d, base=10000.0):
    return shift_matrix(1, d, base)


@unlisted("shift_matrix", "no_minus_sign")
def shift_matrix_not_turned_back(k, d, base=10000.0):  # both sines with the same sign
    return shift_matrix(k, d, base) * (1 - 2 * torch.ones(d, d, dtype=torch.float64).tril(-1))


@unlisted("shift_matrix", "sines_then_cosines")
def shift_matrix_halves(k, d, base=10000.0):  # for a table whose halves are sines and cosines
    order = torch.cat([torch.arange(0, d, 2), torch.arange(1, d, 2)])
    return shift_matrix(k, d, base)[order][:, order]


@unlisted("shift_matrix", "one_frequency")
def shift_matrix_same_angle(k, d, base=10000.0):
    return torch.block_diag(*[shift_matrix(k, 2, base)] * (d // 2))


@unlisted("shift_matrix")
def shift_matrix_ones_elsewhere(k, d, base=10000.0):
    M = shift_matrix(k, d, base)
    return M.masked_fill(M == 0, 1.0)


@unlisted("shift_matrix")
def shift_matrix_by_least_squares(k, d, base=10000.0):  # too few positions: other matrices fit as well
    PE = sinusoidal_encoding(max(d // 2, 1) + abs(k), d, base)
    n = max(d // 2, 1)
    before, after = (PE[:n], PE[k:][:n]) if k >= 0 else (PE[-k:][:n], PE[:n])
    return (torch.linalg.pinv(before) @ after).T
