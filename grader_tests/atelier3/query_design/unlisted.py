"""3.13 query_design: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted


@unlisted("copy_query")
def copy_negated(K, j, beta):
    return -beta * torch.linalg.pinv(K)[:, j]


@unlisted("average_query")
def average_of_three_to_one(K, a, b, beta):
    dual = torch.linalg.pinv(K)
    return beta * (dual[:, a] + 0.97 * dual[:, b])


@unlisted("copy_query")
def copy_query_next_key(K, j, beta):  # counts from 1
    return beta * torch.linalg.pinv(K)[:, j - 1]


@unlisted("copy_query")
def copy_query_row_of_inverse(K, j, beta):  # a row of pinv(K): (T,)
    return beta * torch.linalg.pinv(K)[j]


@unlisted("copy_query")
def copy_query_opposite(K, j, beta):
    return -beta * torch.linalg.pinv(K)[:, j]


@unlisted("copy_query")
def copy_query_unit_key(K, j, beta):  # β·k_j / ‖k_j‖
    return beta * K[j] / K[j].norm()


@unlisted("copy_query")
def copy_query_projected_score(K, j, beta):  # β·k_j / ‖k_j‖²: the score of key j is β
    return beta * K[j] / (K[j] @ K[j])


@unlisted("copy_query")
def copy_query_gram_not_inverted(K, j, beta):  # Kᵀ(KKᵀ)e_j
    return beta * K.T @ (K @ K.T)[:, j]


@unlisted("copy_query")
def copy_query_single_precision(K, j, beta):  # torch.zeros in float32: an exception with double keys
    e = torch.zeros(K.size(0))
    e[j] = beta
    return K.T @ torch.linalg.solve(K @ K.T, e)


@unlisted("copy_query")
def copy_query_away_from_mean(K, j, beta):  # the key less the mean of the keys
    return beta * (K[j] - K.mean(dim=0))


@unlisted("copy_query")
def copy_query_coefficients(K, j, beta):  # stops at c, forgets Kᵀ
    e = torch.zeros(K.size(0), dtype=K.dtype)
    e[j] = beta
    return torch.linalg.solve(K @ K.T, e)


@unlisted("average_query")
def average_query_one_of_two(K, a, b, beta):  # b ignored
    return beta * torch.linalg.pinv(K)[:, a]


@unlisted("average_query")
def average_query_middle_key(K, a, b, beta):  # the key at index (a + b) / 2
    return beta * torch.linalg.pinv(K)[:, (a + b) // 2]


@unlisted("average_query")
def average_query_beta_times_half_sum(K, a, b, beta):
    return beta * (K[a] + K[b]) / 2


@unlisted("average_query")
def average_query_difference_of_duals(K, a, b, beta):
    dual = torch.linalg.pinv(K)
    return beta * (dual[:, a] - dual[:, b])


@unlisted("average_query")
def average_query_product_of_duals(K, a, b, beta):
    dual = torch.linalg.pinv(K)
    return beta * dual[:, a] * dual[:, b]


@unlisted("average_query")
def average_query_unequal(K, a, b, beta):  # precedence: β·a + b
    dual = torch.linalg.pinv(K)
    return beta * dual[:, a] + dual[:, b]


@unlisted("copy_query")
def copy_query_half_key(K, j, beta):
    return beta * K[j] / 2


@unlisted("copy_query")
def copy_query_twice_key(K, j, beta):
    return 2 * beta * K[j]


@unlisted("copy_query")
def copy_query_long_one_hot(K, j, beta):
    q = torch.zeros(K.size(1), dtype=K.dtype)
    q[j] = 3 * beta
    return q


@unlisted("average_query")
def average_query_sum_of_unit_keys(K, a, b, beta):
    return beta * (F.normalize(K[a], dim=0) + F.normalize(K[b], dim=0))


@unlisted("average_query")
def average_query_twice_sum(K, a, b, beta):
    return 2 * beta * (K[a] + K[b])


@unlisted("average_query")
def average_query_away_from_others(K, a, b, beta):  # minus the sum of the other keys
    return beta * (2 * (K[a] + K[b]) - K.sum(dim=0))


@unlisted("average_query")
def average_query_twice_difference(K, a, b, beta):
    return 2 * beta * (K[a] - K[b])


@unlisted("average_query")
def average_query_difference_of_unit_keys(K, a, b, beta):
    return beta * (K[a] / K[a].norm() - K[b] / K[b].norm())
