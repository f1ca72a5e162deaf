"""More wrong implementations, written from the statements and the list of misconceptions alone, save the last section.

A name begins with that of the student's function or class. ``@named`` says what the report calls the mistake.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from course.unlisted import Unlisted
from torch import nn

INF = float("inf")
EXERCISES = {
    "attention_scores": "attention_scores",
    "score_variance": "attention_scores",
    "additive_attention": "additive_attention",
    "padding_mask": "attention_masks",
    "causal_mask": "attention_masks",
    "combine_masks": "attention_masks",
    "scaled_dot_product_attention": "scaled_dot_product_attention",
    "safe_attention": "safe_attention",
    "attention_backward": "attention_backward",
    "split_heads": "split_and_merge_heads",
    "merge_heads": "split_and_merge_heads",
    "MultiHeadAttention": "multi_head_attention",
    "mha_from_packed": "packed_multi_head_attention",
    "cross_attention": "cross_attention",
    "EncoderLayer": "transformer_layers",
    "DecoderLayer": "transformer_layers",
    "shift_right": "transformer_layers",
    "equivariance_gap": "permutation_equivariance",
    "copy_query": "query_design",
    "average_query": "query_design",
    "attention_entropy": "attention_analysis",
    "attention_rollout": "attention_analysis",
    "attention_cost": "attention_cost",
    "blockwise_attention": "blockwise_attention",
}

UNLISTED_BY_ANOTHER_HAND: list[Unlisted] = []


def named(*names: str) -> Callable[[Any], Any]:
    """Adds an implementation to the list, with all that its report may call it."""

    def add(item: Any) -> Any:
        target = next(name for name in EXERCISES if item.__name__.startswith(name))
        UNLISTED_BY_ANOTHER_HAND.append(Unlisted(EXERCISES[target], item.__name__, frozenset(names), {target: item}))
        return item

    return add


unnamed = named()


# 3.1 attention_scores, score_variance


@unnamed
def attention_scores_integer_root(Q, K):  # right only when d_k is a square
    return Q @ K.transpose(-2, -1) / int(math.sqrt(Q.size(-1)))


@unnamed
def attention_scores_power_before_division(Q, K):  # d ** 1 / 2 is d / 2
    return Q @ K.transpose(-2, -1) / (Q.size(-1) ** 1 / 2)


@named("scaled_by_number_of_queries")
def attention_scores_root_of_queries(Q, K):  # √T_q
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-2))


@unnamed
def attention_scores_cosine(Q, K):  # the norms of the vectors instead of √d_k
    return F.normalize(Q, dim=-1) @ F.normalize(K, dim=-1).transpose(-2, -1)


@named("softmax_applied")
def attention_scores_already_softmax(Q, K):  # weights instead of scores
    return F.softmax(Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)), dim=-1)


@named("generic:transposed")
def attention_scores_keys_in_rows(Q, K):  # the transpose of what is wanted
    return K @ Q.transpose(-2, -1) / math.sqrt(Q.size(-1))


@unnamed
def attention_scores_in_place(Q, K):  # the caller's Q is divided too
    Q /= math.sqrt(Q.size(-1))
    return Q @ K.transpose(-2, -1)


@unnamed
def attention_scores_centred(Q, K):  # subtracts the row's maximum, as a stable softmax does
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    return scores - scores.amax(dim=-1, keepdim=True)


@unnamed
def score_variance_deviation(d_k, n=10_000, generator=None):  # standard deviation of scores without scale
    q, k = torch.randn(n, d_k, generator=generator), torch.randn(n, d_k, generator=generator)
    return (q * k).sum(dim=-1).std().item()


@unnamed
def score_variance_same_vector(d_k, n=10_000, generator=None):  # q against itself: variance 2
    q = torch.randn(n, d_k, generator=generator)
    return ((q * q).sum(dim=-1) / math.sqrt(d_k)).var().item()


@unnamed
def score_variance_absolute_products(d_k, n=10_000, generator=None):  # sums |q·k| term by term
    q, k = torch.randn(n, d_k, generator=generator), torch.randn(n, d_k, generator=generator)
    return ((q * k).abs().sum(dim=-1) / math.sqrt(d_k)).var().item()


@unnamed
def score_variance_uniform_unscaled(d_k, n=10_000, generator=None):  # two mistakes: torch.rand, no scale
    q, k = torch.rand(n, d_k, generator=generator), torch.rand(n, d_k, generator=generator)
    return (q * k).sum(dim=-1).var().item()


@unnamed
def score_variance_mean_of_products(d_k, n=10_000, generator=None):  # mean instead of variance: about 0
    q, k = torch.randn(n, d_k, generator=generator), torch.randn(n, d_k, generator=generator)
    return ((q * k).sum(dim=-1) / math.sqrt(d_k)).mean().item()


# 3.2 additive_attention


def additive(q, K, Wq, Wk, v, mask, hidden=None, divisor=1.0, fill=-INF):
    hidden = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) if hidden is None else hidden
    energies = hidden @ v / divisor
    return energies if mask is None else energies.masked_fill(~mask, fill)


def mixed(weights, K):
    return (weights.unsqueeze(1) @ K).squeeze(1)


@unnamed
def additive_attention_product(q, K, Wq, Wk, v, mask=None):  # multiplies both projections
    weights = F.softmax(additive(q, K, Wq, Wk, v, mask, torch.tanh((q @ Wq).unsqueeze(1) * (K @ Wk))), dim=-1)
    return mixed(weights, K), weights


@unnamed
def additive_attention_two_tangents(q, K, Wq, Wk, v, mask=None):  # tanh(qWq) + tanh(KWk)
    hidden = torch.tanh(q @ Wq).unsqueeze(1) + torch.tanh(K @ Wk)
    weights = F.softmax(additive(q, K, Wq, Wk, v, mask, hidden), dim=-1)
    return mixed(weights, K), weights


@named("sigmoid_for_tanh")
def additive_attention_sigmoid(q, K, Wq, Wk, v, mask=None):
    hidden = torch.sigmoid((q @ Wq).unsqueeze(1) + K @ Wk)
    weights = F.softmax(additive(q, K, Wq, Wk, v, mask, hidden), dim=-1)
    return mixed(weights, K), weights


@unnamed
def additive_attention_scaled(q, K, Wq, Wk, v, mask=None):  # √d_a, as for scalar products
    weights = F.softmax(additive(q, K, Wq, Wk, v, mask, divisor=math.sqrt(v.numel())), dim=-1)
    return mixed(weights, K), weights


@named("generic:outputs_swapped")
def additive_attention_order_of_results(q, K, Wq, Wk, v, mask=None):
    weights = F.softmax(additive(q, K, Wq, Wk, v, mask), dim=-1)
    return weights, mixed(weights, K)


@unnamed
def additive_attention_whole_batch(q, K, Wq, Wk, v, mask=None):  # one softmax over all sentences
    energies = additive(q, K, Wq, Wk, v, mask)
    weights = F.softmax(energies.flatten(), dim=0).view_as(energies)
    return mixed(weights, K), weights


@named("masked_with_zero")
def additive_attention_tiny_fill(q, K, Wq, Wk, v, mask=None):  # −1e-9 for −1e9
    weights = F.softmax(additive(q, K, Wq, Wk, v, mask, fill=-1e-9), dim=-1)
    return mixed(weights, K), weights


@unnamed
def additive_attention_fill_minus_three(q, K, Wq, Wk, v, mask=None):  # not low enough
    weights = F.softmax(additive(q, K, Wq, Wk, v, mask, fill=-3.0), dim=-1)
    return mixed(weights, K), weights


@named("softmax_twice")
def additive_attention_softmax_twice(q, K, Wq, Wk, v, mask=None):
    weights = F.softmax(F.softmax(additive(q, K, Wq, Wk, v, mask), dim=-1), dim=-1)
    return mixed(weights, K), weights


@unnamed
def additive_attention_projected_values(q, K, Wq, Wk, v, mask=None):  # mixes K·Wk
    weights = F.softmax(additive(q, K, Wq, Wk, v, mask), dim=-1)
    return mixed(weights, K @ Wk), weights


@unnamed
def additive_attention_hardest_key(q, K, Wq, Wk, v, mask=None):  # the best key alone
    weights = F.softmax(additive(q, K, Wq, Wk, v, mask), dim=-1)
    return K[torch.arange(K.size(0)), weights.argmax(dim=-1)], weights


@named("generic:mean_for_sum")
def additive_attention_mean_context(q, K, Wq, Wk, v, mask=None):  # mean over T of weighted keys
    weights = F.softmax(additive(q, K, Wq, Wk, v, mask), dim=-1)
    return (weights.unsqueeze(-1) * K).mean(dim=1), weights


@unnamed
def additive_attention_relu_without_mask(q, K, Wq, Wk, v, mask=None):  # two listed mistakes
    weights = F.softmax(torch.relu((q @ Wq).unsqueeze(1) + K @ Wk) @ v, dim=-1)
    return mixed(weights, K), weights


@unnamed
def additive_attention_tangent_everywhere(q, K, Wq, Wk, v, mask=None):  # tanh before v, and again after
    energies = torch.tanh(torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v)
    if mask is not None:
        energies = energies.masked_fill(~mask, -INF)
    weights = F.softmax(energies, dim=-1)
    return mixed(weights, K), weights


@unnamed
def additive_attention_first_mask(q, K, Wq, Wk, v, mask=None):  # the first sentence's mask for all
    mask = None if mask is None else mask[0]
    weights = F.softmax(additive(q, K, Wq, Wk, v, mask), dim=-1)
    return mixed(weights, K), weights


@unnamed
def additive_attention_keys_masked(q, K, Wq, Wk, v, mask=None):  # zeroes the keys, not the energies
    K = K if mask is None else K * mask.unsqueeze(-1)
    weights = F.softmax(additive(q, K, Wq, Wk, v, None), dim=-1)
    return mixed(weights, K), weights


# 3.3 padding_mask, causal_mask, combine_masks


@named("generic:shifted")
def padding_mask_from_one(lengths, T):  # positions counted from 1: loses the last word
    return torch.arange(1, T + 1) < lengths.unsqueeze(1)


@named("generic:reversed")
def padding_mask_on_the_left(lengths, T):
    return torch.arange(T) >= T - lengths.unsqueeze(1)


@unnamed
def padding_mask_longest_only(lengths, T):  # T ignored
    return torch.arange(int(lengths.max())) < lengths.unsqueeze(1)


@unnamed
def padding_mask_longest_for_all(lengths, T):  # the same length for all sentences
    return (torch.arange(T) < lengths.max()).expand(len(lengths), T)


@named("generic:dtype")
def padding_mask_integers(lengths, T):
    return (torch.arange(T) < lengths.unsqueeze(1)).long()


@named("generic:transposed")
def padding_mask_transposed(lengths, T):
    return torch.arange(T).unsqueeze(1) < lengths


@unnamed
def padding_mask_last_word_only(lengths, T):
    return torch.arange(T) == lengths.unsqueeze(1) - 1


@named("generic:except_first")
def padding_mask_strictly_between(lengths, T):  # forgets position 0
    j = torch.arange(T)
    return (j > 0) & (j < lengths.unsqueeze(1))


@named("generic:dtype")
def causal_mask_floats(T):
    return torch.ones(T, T).tril()


@unnamed
def causal_mask_additive(T):
    return torch.zeros(T, T).masked_fill(torch.ones(T, T, dtype=torch.bool).triu(1), -INF)


@unnamed
def causal_mask_window(T):  # sees itself and the two before
    return torch.ones(T, T, dtype=torch.bool).tril().triu(-2)


@unnamed
def causal_mask_diagonal(T):  # itself only
    return torch.eye(T, dtype=torch.bool)


@named("generic:reversed")
def causal_mask_antidiagonal(T):  # i + j < T
    i = torch.arange(T)
    return i.unsqueeze(1) + i < T


@named("generic:shape")
def causal_mask_with_axes(T):
    return torch.ones(1, 1, T, T, dtype=torch.bool).tril()


@unnamed
def combine_masks_both_axes(padding, causal):  # hides queries as well
    return padding[:, None, None, :] & padding[:, None, :, None] & causal


@named("generic:shape")
def combine_masks_without_head_axis(padding, causal):
    return padding[:, None, :] & causal


@named("causal_ignored")
def combine_masks_padding_alone(padding, causal):  # causal ignored
    return padding[:, None, None, :].expand(-1, 1, causal.size(0), -1)


@named("padding_ignored")
def combine_masks_causal_alone(padding, causal):  # padding ignored
    return causal.expand(padding.size(0), 1, *causal.shape)


@unnamed
def combine_masks_exclusive_or(padding, causal):
    return padding[:, None, None, :] ^ causal


@unnamed
def combine_masks_equal(padding, causal):
    return padding[:, None, None, :] == causal


@named("causal_transposed")
def combine_masks_causal_transposed(padding, causal):
    return padding[:, None, None, :] & causal.T


@unnamed
def combine_masks_first_sentence(padding, causal):
    return (padding[0] & causal).expand(padding.size(0), 1, -1, -1)


@named("generic:dtype")
def combine_masks_product(padding, causal):  # numbers instead of booleans
    return padding[:, None, None, :].long() * causal.long()


# 3.4 scaled_dot_product_attention


def scores_of(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))


def hidden_scores(Q, K, mask):
    scores = scores_of(Q, K)
    return scores if mask is None else scores.masked_fill(~mask, -INF)


@named("divided_by_sqrt_t_q")
def scaled_dot_product_attention_root_of_queries(Q, K, V, mask=None):  # √T_q
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-2))
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_root_twice(Q, K, V, mask=None):  # d_k^(1/4)
    scores = Q @ K.transpose(-2, -1) / math.sqrt(math.sqrt(Q.size(-1)))
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    return weights @ V, weights


@named("softmax_twice")
def scaled_dot_product_attention_softmax_twice(Q, K, V, mask=None):
    weights = F.softmax(F.softmax(hidden_scores(Q, K, mask), dim=-1), dim=-1)
    return weights @ V, weights


@named("generic:outputs_swapped")
def scaled_dot_product_attention_order_of_results(Q, K, V, mask=None):
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights, weights @ V


@unnamed
def scaled_dot_product_attention_log_weights(Q, K, V, mask=None):  # output right, logarithms of the weights
    scores = hidden_scores(Q, K, mask)
    return F.softmax(scores, dim=-1) @ V, F.log_softmax(scores, dim=-1)


@named("scores_times_mask")
def scaled_dot_product_attention_tiny_fill(Q, K, V, mask=None):  # −1e-9 for −1e9
    scores = scores_of(Q, K)
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -1e-9), dim=-1)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_first_mask_row(Q, K, V, mask=None):  # every query gets the first one's mask
    weights = F.softmax(hidden_scores(Q, K, None if mask is None else mask[..., :1, :]), dim=-1)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_last_mask_row(Q, K, V, mask=None):  # a causal mask then hides nothing
    weights = F.softmax(hidden_scores(Q, K, None if mask is None else mask[..., -1:, :]), dim=-1)
    return weights @ V, weights


@named("softmax_on_pairs")
def scaled_dot_product_attention_all_pairs(Q, K, V, mask=None):  # one softmax over queries and keys
    scores = hidden_scores(Q, K, mask)
    weights = F.softmax(scores.flatten(-2), dim=-1).view_as(scores)
    return weights @ V, weights


@named("generic:nan")
def scaled_dot_product_attention_no_maximum(Q, K, V, mask=None):  # overflows on large scores
    powers = torch.exp(hidden_scores(Q, K, mask))
    weights = powers / powers.sum(dim=-1, keepdim=True)
    return weights @ V, weights


@named("generic:nan")
def scaled_dot_product_attention_global_maximum(Q, K, V, mask=None):  # rows far below it underflow
    scores = hidden_scores(Q, K, mask)
    powers = torch.exp(scores - scores.max())
    weights = powers / powers.sum(dim=-1, keepdim=True)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_relu(Q, K, V, mask=None):  # ReLU instead of the exponential
    scores = torch.relu(scores_of(Q, K))
    scores = scores if mask is None else scores * mask
    weights = scores / scores.sum(dim=-1, keepdim=True).clamp(min=1e-9)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_sigmoid(Q, K, V, mask=None):
    weights = torch.sigmoid(hidden_scores(Q, K, mask))
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_in_place(Q, K, V, mask=None):
    Q /= math.sqrt(Q.size(-1))
    scores = Q @ K.transpose(-2, -1)
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_always_causal(Q, K, V, mask=None):
    scores = hidden_scores(Q, K, mask)
    weights = F.softmax(scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), -INF), dim=-1)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_scaled_after_softmax(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1)
    scores = scores if mask is None else scores.masked_fill(~mask, -INF)
    weights = F.softmax(scores, dim=-1) / math.sqrt(Q.size(-1))
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_bonus_to_hidden(Q, K, V, mask=None):  # + 1e9 where − 1e9 was meant
    scores = scores_of(Q, K)
    weights = F.softmax(scores if mask is None else scores + (~mask) * 1e9, dim=-1)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_heads_averaged(Q, K, V, mask=None):  # weights averaged over the first axis but one
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights.mean(dim=-3) if weights.dim() > 3 else weights


@unnamed
def scaled_dot_product_attention_values_masked(Q, K, V, mask=None):  # hidden values are zero, weights are not
    weights = F.softmax(scores_of(Q, K), dim=-1)
    return (weights if mask is None else weights * mask) @ V, weights


@named("missing_scale+softmax_on_queries")
def scaled_dot_product_attention_unscaled_over_queries(Q, K, V, mask=None):  # two listed mistakes
    scores = Q @ K.transpose(-2, -1)
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-2)
    return weights @ V, weights


@named("missing_scale+mask_inverted")
def scaled_dot_product_attention_inverted_unscaled(Q, K, V, mask=None):  # two listed mistakes
    scores = Q @ K.transpose(-2, -1)
    weights = F.softmax(scores if mask is None else scores.masked_fill(mask, -INF), dim=-1)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_four_axes_only(Q, K, V, mask=None):  # a mask of two axes is ignored
    weights = F.softmax(hidden_scores(Q, K, mask if mask is not None and mask.dim() == 4 else None), dim=-1)
    return weights @ V, weights


# 3.5 safe_attention


@named("dead_if_any_hidden")
def safe_attention_dead_if_any_hidden(Q, K, V, mask=None):  # all() instead of any()
    if mask is None:
        weights = F.softmax(scores_of(Q, K), dim=-1)
    else:
        alive = mask.all(dim=-1, keepdim=True)
        weights = F.softmax(scores_of(Q, K).masked_fill(~mask & alive, -INF), dim=-1) * (mask & alive)
    return weights @ V, weights


@named("missing_scale")
def safe_attention_missing_scale(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1)
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask & mask.any(dim=-1, keepdim=True), -INF)
        weights = F.softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ V, weights


@unnamed
def safe_attention_large_epsilon(Q, K, V, mask=None):  # 1e-3 in the denominator
    scores = scores_of(Q, K)
    powers = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
    powers = powers if mask is None else powers * mask
    weights = powers / (powers.sum(dim=-1, keepdim=True) + 1e-3)
    return weights @ V, weights


@unnamed
def safe_attention_softmax_plus_one(Q, K, V, mask=None):  # 1 in the denominator: an empty row is 0 / 1
    powers = torch.exp(scores_of(Q, K))
    powers = powers if mask is None else powers * mask
    weights = powers / (1 + powers.sum(dim=-1, keepdim=True))
    return weights @ V, weights


@named("generic:nan")
def safe_attention_nan_weights(Q, K, V, mask=None):  # the output is cleaned, the weights are not
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return torch.nan_to_num(weights) @ V, weights


@unnamed
def safe_attention_uniform_output(Q, K, V, mask=None):  # the weights are cleaned, the output is not
    scores = scores_of(Q, K)
    if mask is None:
        weights = F.softmax(scores, dim=-1)
        return weights @ V, weights
    weights = F.softmax(scores.masked_fill(~mask, -1e9), dim=-1)
    return weights @ V, weights.masked_fill(~mask.any(dim=-1, keepdim=True), 0.0)


@unnamed
def safe_attention_first_key(Q, K, V, mask=None):  # an empty row looks at key 0
    if mask is not None:
        dead = ~mask.any(dim=-1, keepdim=True)
        mask = mask | (dead & (torch.arange(mask.size(-1)) == 0))
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights


@named("generic:nan")
def safe_attention_whole_mask(Q, K, V, mask=None):  # looks for an empty mask, not for empty rows
    if mask is not None and not mask.any():
        weights = torch.zeros_like(scores_of(Q, K))
    else:
        weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights


@unnamed
def safe_attention_empty_rows_see_all(Q, K, V, mask=None):  # an empty row ignores the mask: ordinary attention
    if mask is not None:
        mask = mask | ~mask.any(dim=-1, keepdim=True)
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights


@named("generic:outputs_swapped")
def safe_attention_order_of_results(Q, K, V, mask=None):
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    weights = weights if mask is None else torch.where(mask, weights, 0.0)
    return weights, weights @ V


@unnamed
def safe_attention_empty_columns(Q, K, V, mask=None):  # the emptiness of columns, not of rows
    scores = scores_of(Q, K)
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        alive = mask.any(dim=-2, keepdim=True)
        weights = F.softmax(scores.masked_fill(~alive, -1e9), dim=-1) * mask
    return weights @ V, weights


@named("mask_inverted")
def safe_attention_inverted_and_cleaned(Q, K, V, mask=None):  # mask inverted, then NaN replaced by 0
    scores = scores_of(Q, K)
    scores = scores if mask is None else scores.masked_fill(mask, -INF)
    weights = torch.nan_to_num(F.softmax(scores, dim=-1))
    return weights @ V, weights


# 3.6 attention_backward


def attention_backward_parts(Q, K, V, dO, mask):
    A = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return A, A.transpose(-2, -1) @ dO, dO @ V.transpose(-2, -1), 1 / math.sqrt(Q.size(-1))


@named("generic:outputs_swapped")
def attention_backward_order_of_results(Q, K, V, dO, mask=None):  # dK first
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS.transpose(-2, -1) @ Q * scale, dS @ K * scale, dV


@named("generic:sign")
def attention_backward_opposite(Q, K, V, dO, mask=None):  # A∘(mean − dA)
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * ((A * dA).sum(dim=-1, keepdim=True) - dA)
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unnamed
def attention_backward_outer_weight_missing(Q, K, V, dO, mask=None):  # A∘dA − Σ A∘dA
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * dA - (A * dA).sum(dim=-1, keepdim=True)
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@named("mean_divided_by_t_k")
def attention_backward_mean_of_keys(Q, K, V, dO, mask=None):  # mean instead of sum
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).mean(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@named("plain_mean")
def attention_backward_plain_mean(Q, K, V, dO, mask=None):  # the mean without weights
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - dA.mean(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@named("mean_missing")
def attention_backward_no_mean(Q, K, V, dO, mask=None):  # dS = A∘dA
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * dA
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@named("generic:factor")
def attention_backward_scale_on_queries_only(Q, K, V, dO, mask=None):  # dK without the scale
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q, dV


@named("scale_missing_forward")
def attention_backward_scale_missing_forward(Q, K, V, dO, mask=None):
    scores = Q @ K.transpose(-2, -1)
    A = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    dA, scale = dO @ V.transpose(-2, -1), 1 / math.sqrt(Q.size(-1))
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, A.transpose(-2, -1) @ dO


@unnamed
def attention_backward_mask_on_return_only(Q, K, V, dO, mask=None):  # A without mask, dS masked
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, None)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    dS = dS if mask is None else dS.masked_fill(~mask, 0.0)
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unnamed
def attention_backward_mask_inverted(Q, K, V, dO, mask=None):
    scores = scores_of(Q, K)
    A = F.softmax(scores if mask is None else scores.masked_fill(mask, -1e9), dim=-1)
    dA, scale = dO @ V.transpose(-2, -1), 1 / math.sqrt(Q.size(-1))
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, A.transpose(-2, -1) @ dO


@named("generic:nan")
def attention_backward_minus_infinity_on_return(Q, K, V, dO, mask=None):  # dS filled with −∞
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    dS = dS if mask is None else dS.masked_fill(~mask, -INF)
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@named("generic:factor")
def attention_backward_value_scaled(Q, K, V, dO, mask=None):  # all three divided by √d_k
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV * scale


@unnamed
def attention_backward_root_of_values(Q, K, V, dO, mask=None):  # √d_v on the way back
    A, dV, dA, _ = attention_backward_parts(Q, K, V, dO, mask)
    dS, scale = A * (dA - (A * dA).sum(dim=-1, keepdim=True)), 1 / math.sqrt(V.size(-1))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unnamed
def attention_backward_diagonal_unscaled(Q, K, V, dO, mask=None):  # two listed mistakes
    A, dV, dA, _ = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (1 - A) * dA
    return dS @ K, dS.transpose(-2, -1) @ Q, dV


# 3.7 split_heads, merge_heads


@named("generic:transposed")
def split_heads_heads_first(x, n_heads):  # (h, B, T, d_h)
    return torch.stack(x.chunk(n_heads, dim=-1))


@named("generic:transposed")
def split_heads_keys_ready(x, n_heads):  # (B, h, d_h, T), transposed for QKᵀ
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).permute(0, 2, 3, 1)


@unnamed
def split_heads_swapped_sizes(x, n_heads):  # d_h heads of h features
    B, T, d = x.shape
    return x.reshape(B, T, d // n_heads, n_heads).transpose(1, 2)


@unnamed
def split_heads_transposed_first(x, n_heads):  # right shape, from (B, d, T)
    B, T, d = x.shape
    return x.transpose(1, 2).reshape(B, n_heads, T, d // n_heads)


@named("generic:reversed")
def split_heads_reversed(x, n_heads):  # the last head first
    return torch.stack(x.chunk(n_heads, dim=-1)[::-1], dim=1)


@unnamed
def split_heads_same_slice(x, n_heads):  # every head gets the first slice
    d_h = x.size(-1) // n_heads
    return torch.stack([x[..., :d_h] for _ in range(n_heads)], dim=1)


@unnamed
def split_heads_overlapping(x, n_heads):  # slices i to i + d_h instead of i·d_h to (i + 1)·d_h
    d_h = x.size(-1) // n_heads
    return torch.stack([x[..., i : i + d_h] for i in range(n_heads)], dim=1)


@named("split_along_positions")
def split_heads_chunk_of_positions(x, n_heads):  # splits the axis of positions
    return torch.stack(x.chunk(n_heads, dim=1), dim=1)


@unnamed
def merge_heads_along_positions(x):  # (B, h·T, d_h)
    return torch.cat(x.unbind(dim=1), dim=1)


@unnamed
def merge_heads_batch_mixed(x):  # (T, B, h, d_h) read as (B, T, …)
    B, h, T, d_h = x.shape
    return x.permute(2, 0, 1, 3).reshape(B, T, h * d_h)


@named("first_head_only")
def merge_heads_first_head(x):
    return x[:, 0]


@named("generic:permuted")
def merge_heads_reversed(x):
    return torch.cat(x.unbind(dim=1)[::-1], dim=-1)


@unnamed
def merge_heads_view_refused(x):  # view after transpose: an exception
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).view(B, T, h * d_h)


@unnamed
def merge_heads_largest(x):
    return x.amax(dim=1)


@named("generic:shape")
def merge_heads_left_apart(x):  # transposes, then forgets to merge
    return x.transpose(1, 2)


# 3.8 MultiHeadAttention


class Heads(nn.Module):
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.n_heads, self.causal = n_heads, causal
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def split(self, x):
        B, T, d = x.shape
        return x.reshape(B, T, self.n_heads, d // self.n_heads).transpose(1, 2)

    def merge(self, heads):
        B, h, T, d_h = heads.shape
        return heads.transpose(1, 2).reshape(B, T, h * d_h)

    def projected(self, x):
        return self.split(self.W_q(x)), self.split(self.W_k(x)), self.split(self.W_v(x))

    def scores(self, q, k):
        return q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))

    def allowed(self, scores, mask):
        allowed = torch.ones_like(scores, dtype=torch.bool)
        if self.causal:
            allowed = allowed.tril()
        return allowed if mask is None else allowed & mask[:, None, None, :]

    def weights(self, scores, allowed):
        return F.softmax(scores.masked_fill(~allowed, -INF), dim=-1)

    def out(self, heads, x):
        return self.W_o(self.merge(heads))

    def forward(self, x, mask=None):
        q, k, v = self.projected(x)
        scores = self.scores(q, k)
        return self.out(self.weights(scores, self.allowed(scores, mask)) @ v, x)


@named("mask_ignored")
class MultiHeadAttentionMaskIgnored(Heads):
    def allowed(self, scores, mask):
        return super().allowed(scores, None)


@named("mask_inverted")
class MultiHeadAttentionMaskInverted(Heads):
    def allowed(self, scores, mask):
        return super().allowed(scores, None if mask is None else ~mask)


@named("module:W_o")
class MultiHeadAttentionMaskUnlessCausal(Heads):  # elif: a causal module ignores the padding
    def allowed(self, scores, mask):
        return super().allowed(scores, None if self.causal else mask)


@named("module:W_o")
class MultiHeadAttentionCausalUnlessMask(Heads):  # with a mask, the future is visible
    def allowed(self, scores, mask):
        if mask is None:
            return super().allowed(scores, None)
        return mask[:, None, None, :].expand_as(scores)


@named("module:W_o")
class MultiHeadAttentionAlwaysCausal(Heads):
    def allowed(self, scores, mask):
        return super().allowed(scores, mask).tril()


@named("sees_next")
class MultiHeadAttentionSeesNext(Heads):  # tril(1)
    def allowed(self, scores, mask):
        allowed = torch.ones_like(scores, dtype=torch.bool)
        allowed = allowed.tril(1) if self.causal else allowed
        return allowed if mask is None else allowed & mask[:, None, None, :]


@named("missing_scale")
class MultiHeadAttentionUnscaled(Heads):
    def scores(self, q, k):
        return q @ k.transpose(-2, -1)


@named("module:after")
class MultiHeadAttentionResidual(Heads):
    def out(self, heads, x):
        return x + self.W_o(self.merge(heads))


@named("queries_and_keys_swapped")
class MultiHeadAttentionQueriesAndKeysSwapped(Heads):
    def projected(self, x):
        q, k, v = super().projected(x)
        return k, q, v


@named("module:W_q")
class MultiHeadAttentionQueriesFromKeys(Heads):  # W_k used for queries as well
    def projected(self, x):
        return self.split(self.W_k(x)), self.split(self.W_k(x)), self.split(self.W_v(x))


@named("module:W_q")
class MultiHeadAttentionWithoutBiases(Heads):
    def projected(self, x):
        return tuple(self.split(F.linear(x, W.weight)) for W in (self.W_q, self.W_k, self.W_v))


@named("module:W_o")
class MultiHeadAttentionOutputBiasMissing(Heads):
    def out(self, heads, x):
        return F.linear(self.merge(heads), self.W_o.weight)


@named("softmax_twice")
class MultiHeadAttentionSoftmaxTwice(Heads):
    def weights(self, scores, allowed):
        return F.softmax(super().weights(scores, allowed), dim=-1)


@named("masked_after_softmax")
class MultiHeadAttentionMaskedAfterSoftmax(Heads):
    def weights(self, scores, allowed):
        return F.softmax(scores, dim=-1) * allowed


@named("module:W_o")
class MultiHeadAttentionSoftmaxOverQueries(Heads):
    def weights(self, scores, allowed):
        return F.softmax(scores.masked_fill(~allowed, -1e9), dim=-2)


@named("module:W_o")
class MultiHeadAttentionHeadsReversed(Heads):
    def merge(self, heads):
        return super().merge(heads.flip(1))


@named("module:W_o")
class MultiHeadAttentionMeanOfHeads(Heads):  # the mean, repeated to reach d_model
    def merge(self, heads):
        return heads.mean(dim=1).repeat(1, 1, self.n_heads)


@named("module:W_o")
class MultiHeadAttentionOneHead(Heads):  # n_heads ignored
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__(d_model, 1, causal)


@named("module:W_o")
class MultiHeadAttentionInterleaved(Heads):  # features split as (d_h, h), merged likewise
    def split(self, x):
        B, T, d = x.shape
        return x.reshape(B, T, d // self.n_heads, self.n_heads).permute(0, 3, 1, 2)

    def merge(self, heads):
        return heads.permute(0, 2, 3, 1).flatten(2)


@unnamed
class MultiHeadAttentionPair(Heads):  # returns the weights as well
    def forward(self, x, mask=None):
        q, k, v = self.projected(x)
        scores = self.scores(q, k)
        weights = self.weights(scores, self.allowed(scores, mask))
        return self.out(weights @ v, x), weights


@named("mask_ignored+missing_scale", "module:W_o")
class MultiHeadAttentionUnscaledUnmasked(Heads):  # two listed mistakes
    def scores(self, q, k):
        return q @ k.transpose(-2, -1)

    def allowed(self, scores, mask):
        return super().allowed(scores, None)


@named("module:W_o", "self_hidden+values_from_keys")
class MultiHeadAttentionSelfHiddenAndKeysAsValues(Heads):  # two listed mistakes
    def projected(self, x):
        q, k, _ = super().projected(x)
        return q, k, k

    def allowed(self, scores, mask):
        allowed = torch.ones_like(scores, dtype=torch.bool)
        allowed = allowed.tril(-1) if self.causal else allowed
        return allowed if mask is None else allowed & mask[:, None, None, :]


# 3.9 mha_from_packed


def packed_qkv(x, weight, bias, n_heads):
    B, T, d = x.shape
    return [t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in F.linear(x, weight, bias).split(d, dim=-1)]


def packed_hidden(scores, mask):
    return scores if mask is None else scores.masked_fill(~mask[:, None, None, :], -INF)


def packed_merged(heads):
    return heads.transpose(1, 2).flatten(2)


@named("packed_as_k_v_q")
def mha_from_packed_as_k_v_q(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    k, v, q = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@named("missing_scale")
def mha_from_packed_unscaled(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(q @ k.transpose(-2, -1), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@named("merged_without_transpose")
def mha_from_packed_merged_directly(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):  # reshape without transpose
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear((weights @ v).reshape(x.shape), out_proj_weight, out_proj_bias), weights


@named("generic:outputs_swapped")
def mha_from_packed_order_of_results(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return weights, F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias)


@unnamed
def mha_from_packed_scores_returned(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    scores = packed_hidden(scores_of(q, k), mask)
    return F.linear(packed_merged(F.softmax(scores, dim=-1) @ v), out_proj_weight, out_proj_bias), scores


@named("missing_value_bias")
def mha_from_packed_value_bias_missing(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    d = x.size(-1)
    bias = torch.cat([in_proj_bias[: 2 * d], torch.zeros_like(in_proj_bias[:d])])
    q, k, v = packed_qkv(x, in_proj_weight, bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unnamed
def mha_from_packed_query_bias_missing(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    bias = in_proj_bias.clone()
    bias[: x.size(-1)] = 0
    q, k, v = packed_qkv(x, in_proj_weight, bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@named("masked_after_softmax")
def mha_from_packed_masked_after_softmax(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(scores_of(q, k), dim=-1)
    weights = weights if mask is None else weights * mask[:, None, None, :]
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unnamed
def mha_from_packed_bias_twice(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias) + out_proj_bias, weights


@unnamed
def mha_from_packed_residual(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return x + F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@named("no_output_projection")
def mha_from_packed_no_output_projection(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return packed_merged(weights @ v), weights


@unnamed
def mha_from_packed_interleaved(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    # heads of every h-th feature, merged side by side
    B, T, d = x.shape
    q, k, v = (
        t.view(B, T, d // n_heads, n_heads).permute(0, 3, 1, 2)
        for t in F.linear(x, in_proj_weight, in_proj_bias).split(d, dim=-1)
    )
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unnamed
def mha_from_packed_weights_summed(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights.sum(dim=1)


@unnamed
def mha_from_packed_mask_on_queries(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    scores = scores_of(q, k)
    scores = scores if mask is None else scores.masked_fill(~mask[:, None, :, None], -1e9)
    weights = F.softmax(scores, dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unnamed
def mha_from_packed_polarity_and_transpose(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):  # two listed mistakes
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), None if mask is None else ~mask), dim=-1)
    return packed_merged(weights @ v) @ out_proj_weight + out_proj_bias, weights


# 3.10 cross_attention


def crossed(Q, K, V, mask):
    scores = scores_of(Q, K)
    return F.softmax(scores if mask is None else scores.masked_fill(~mask.unsqueeze(1), -INF), dim=-1) @ V


@named("missing_scale")
def cross_attention_unscaled(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    Q = x_dec @ W_q * math.sqrt(x_dec.size(-1))
    return crossed(Q, memory @ W_k, memory @ W_v, memory_mask)


@named("mask_inverted")
def cross_attention_mask_inverted(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q, memory @ W_k, memory @ W_v, None if memory_mask is None else ~memory_mask)


@named("matrices_transposed")
def cross_attention_linear(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # matrices applied as in nn.Linear
    return crossed(F.linear(x_dec, W_q), F.linear(memory, W_k), F.linear(memory, W_v), memory_mask)


@unnamed
def cross_attention_query_matrix_transposed(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q.T, memory @ W_k, memory @ W_v, memory_mask)


@named("keys_and_values_swapped")
def cross_attention_keys_and_values_swapped(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q, memory @ W_v, memory @ W_k, memory_mask)


@named("raw_values")
def cross_attention_raw_values(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q, memory @ W_k, memory, memory_mask)


@unnamed
def cross_attention_raw_keys(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q, memory, memory @ W_v, memory_mask)


@unnamed
def cross_attention_residual(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return x_dec + crossed(x_dec @ W_q, memory @ W_k, memory @ W_v, memory_mask)


@unnamed
def cross_attention_pair(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # weights returned as well
    Q, K, V = x_dec @ W_q, memory @ W_k, memory @ W_v
    scores = scores_of(Q, K)
    scores = scores if memory_mask is None else scores.masked_fill(~memory_mask.unsqueeze(1), -INF)
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


@unnamed
def cross_attention_softmax_over_queries(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    scores = scores_of(x_dec @ W_q, memory @ W_k)
    scores = scores if memory_mask is None else scores.masked_fill(~memory_mask.unsqueeze(1), -1e9)
    return F.softmax(scores, dim=1) @ (memory @ W_v)


@named("masked_after_softmax")
def cross_attention_masked_after_softmax(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    weights = F.softmax(scores_of(x_dec @ W_q, memory @ W_k), dim=-1)
    weights = weights if memory_mask is None else weights * memory_mask.unsqueeze(1)
    return weights @ (memory @ W_v)


@unnamed
def cross_attention_memory_zeroed(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # hidden words are zero vectors
    memory = memory if memory_mask is None else memory * memory_mask.unsqueeze(-1)
    return crossed(x_dec @ W_q, memory @ W_k, memory @ W_v, None)


@unnamed
def cross_attention_first_mask(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    mask = None if memory_mask is None else memory_mask[:1]
    return crossed(x_dec @ W_q, memory @ W_k, memory @ W_v, mask)


@unnamed
def cross_attention_self(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # the memory is not read
    return crossed(x_dec @ W_q, x_dec @ W_k, x_dec @ W_v, None)


@unnamed
def cross_attention_unscaled_without_mask(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # two listed mistakes
    return F.softmax(x_dec @ W_q @ (memory @ W_k).transpose(-2, -1), dim=-1) @ (memory @ W_v)


# 3.11 EncoderLayer, DecoderLayer, shift_right


class Encoder(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)

    def attended(self, x, mask):
        return self.self_attn(x, x, x, key_padding_mask=None if mask is None else ~mask)[0]

    def ffn(self, x):
        return self.linear2(F.relu(self.linear1(x)))


@named("relu_missing")
class EncoderLayerWithoutRelu(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attended(x, mask))
        return self.norm2(x + self.linear2(self.linear1(x)))


@named("first_residual_missing")
class EncoderLayerFirstResidualMissing(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(self.attended(x, mask))
        return self.norm2(x + self.ffn(x))


@named("encoder_norms_swapped")
class EncoderLayerNormsSwapped(Encoder):
    def forward(self, x, mask=None):
        x = self.norm2(x + self.attended(x, mask))
        return self.norm1(x + self.ffn(x))


@named("module:norm1")
class EncoderLayerFirstNormMissing(Encoder):
    def forward(self, x, mask=None):
        x = x + self.attended(x, mask)
        return self.norm2(x + self.ffn(x))


@named("module:norm2")
class EncoderLayerSecondNormMissing(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attended(x, mask))
        return x + self.ffn(x)


@named("module:norm1")
class EncoderLayerNormBeforeSum(Encoder):  # x + norm(f(x))
    def forward(self, x, mask=None):
        x = x + self.norm1(self.attended(x, mask))
        return x + self.norm2(self.ffn(x))


@named("module:norm2")
class EncoderLayerReluAtTheEnd(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attended(x, mask))
        return self.norm2(x + F.relu(self.ffn(x)))


@named("module:self_attn")
class EncoderLayerFfnFirst(Encoder):
    def forward(self, x, mask=None):
        x = self.norm2(x + self.ffn(x))
        return self.norm1(x + self.attended(x, mask))


@named("module:linear1")
class EncoderLayerParallel(Encoder):  # both sub-layers read the input
    def forward(self, x, mask=None):
        return self.norm2(self.norm1(x + self.attended(x, mask)) + self.ffn(x))


@named("module:after")
class EncoderLayerPaddingZeroed(Encoder):  # right attention, then zero rows at padding
    def forward(self, x, mask=None):
        x0 = self.norm1(x + self.attended(x, mask))
        x0 = self.norm2(x0 + self.ffn(x0))
        return x0 if mask is None else x0 * mask.unsqueeze(-1)


@unnamed
class EncoderLayerSumsOverRootTwo(Encoder):  # each sum, and the result, divided by √2
    def forward(self, x, mask=None):
        x = self.norm1((x + self.attended(x, mask)) / math.sqrt(2))
        return self.norm2((x + self.ffn(x)) / math.sqrt(2)) / math.sqrt(2)


class Decoder(Encoder):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__(d_model, n_heads, d_ff)
        self.cross_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.norm3 = nn.LayerNorm(d_model)

    def past(self, x, diagonal=1):
        future = torch.ones(x.size(1), x.size(1), dtype=torch.bool).triu(diagonal)
        return self.self_attn(x, x, x, attn_mask=future)[0]

    def read(self, x, memory, mask):
        return self.cross_attn(x, memory, memory, key_padding_mask=None if mask is None else ~mask)[0]


@named("decoder_sees_next")
class DecoderLayerSeesNext(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x, 2))
        x = self.norm2(x + self.read(x, memory, memory_mask))
        return self.norm3(x + self.ffn(x))


@unnamed
class DecoderLayerSelfHidden(Decoder):  # the first row is empty: NaN
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x, 0))
        x = self.norm2(x + self.read(x, memory, memory_mask))
        return self.norm3(x + self.ffn(x))


@named("cross_residual_missing")
class DecoderLayerCrossResidualMissing(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        x = self.norm2(self.read(x, memory, memory_mask))
        return self.norm3(x + self.ffn(x))


@named("first_residual_missing")
class DecoderLayerFirstResidualMissing(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(self.past(x))
        x = self.norm2(x + self.read(x, memory, memory_mask))
        return self.norm3(x + self.ffn(x))


@named("module:norm2")
class DecoderLayerLastNormsSwapped(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        x = self.norm3(x + self.read(x, memory, memory_mask))
        return self.norm2(x + self.ffn(x))


@named("module:cross_attn")
class DecoderLayerSameAttention(Decoder):  # self_attn reads the memory too
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        hidden = None if memory_mask is None else ~memory_mask
        x = self.norm2(x + self.self_attn(x, memory, memory, key_padding_mask=hidden)[0])
        return self.norm3(x + self.ffn(x))


@named("module:linear1")
class DecoderLayerWithoutFfn(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        return self.norm2(x + self.read(x, memory, memory_mask))


@named("module:norm2")
class DecoderLayerInputResidual(Decoder):  # the cross-attention's residual starts from the layer's input
    def forward(self, x, memory, memory_mask=None):
        y = self.norm1(x + self.past(x))
        y = self.norm2(x + self.read(y, memory, memory_mask))
        return self.norm3(y + self.ffn(y))


@named("module:self_attn")
class DecoderLayerNotCausalMaskIgnored(Decoder):  # two listed mistakes
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.self_attn(x, x, x)[0])
        x = self.norm2(x + self.read(x, memory, None))
        return self.norm3(x + self.ffn(x))


@named("generic:shifted")
def shift_right_twice(y, bos):
    return torch.cat([torch.full_like(y[:, :2], bos), y[:, :-2]], dim=1)


@named("shifted_left")
def shift_right_bos_at_the_end(y, bos):
    return torch.cat([y[:, 1:], torch.full_like(y[:, :1], bos)], dim=1)


@named("shifted_across_sentences")
def shift_right_across_sentences(y, bos):  # one long text: only the first sentence begins with bos
    flat = y.flatten()
    return torch.cat([torch.full_like(flat[:1], bos), flat[:-1]]).view_as(y)


@unnamed
def shift_right_sentences(y, bos):  # shifts the batch axis
    return torch.cat([torch.full_like(y[:1], bos), y[:-1]], dim=0)


@unnamed
def shift_right_floats(y, bos):
    return torch.cat([torch.full((y.size(0), 1), float(bos)), y[:, :-1]], dim=1)


@unnamed
def shift_right_in_place(y, bos):  # the target is shifted as well
    y[:, 1:] = y[:, :-1].clone()
    y[:, 0] = bos
    return y


@unnamed
def shift_right_smeared(y, bos):  # a loop that reads what it has just written
    y = y.clone()
    for t in range(1, y.size(1)):
        y[:, t] = y[:, t - 1]
    y[:, 0] = bos
    return y


# 3.15 attention_cost


def costs(n, d, h, B, size, **changes):
    qk, proj = 2 * B * n * n * d, 8 * B * n * d * d
    right = {
        "flops_qk": qk,
        "flops_av": qk,
        "flops_proj": proj,
        "flops_total": 2 * qk + proj,
        "memory_scores": B * h * n * n * size,
        "kv_cache": 2 * B * n * d * size,
        "rnn_flops": 4 * B * n * d * d,
    }
    return right | changes


@unnamed
def attention_cost_four_bytes(n, d, h, B=1, bytes_per_element=4):  # the size of a number is fixed
    return costs(n, d, h, B, 4)


@named("generic:factor")
def attention_cost_bits(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, 8 * bytes_per_element)


@unnamed
def attention_cost_linear_scores(n, d, h, B=1, bytes_per_element=4):  # n·d² for n²·d
    qk, proj = 2 * B * n * d * d, 8 * B * n * d * d
    return costs(n, d, h, B, bytes_per_element, flops_qk=qk, flops_av=qk, flops_total=2 * qk + proj)


@unnamed
def attention_cost_causal_half(n, d, h, B=1, bytes_per_element=4):  # counts visible pairs only
    qk, proj = B * n * (n + 1) * d, 8 * B * n * d * d
    return costs(n, d, h, B, bytes_per_element, flops_qk=qk, flops_av=qk, flops_total=2 * qk + proj)


@named("generic:factor")
def attention_cost_single_recurrent_product(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, bytes_per_element, rnn_flops=2 * B * n * d * d)


@unnamed
def attention_cost_heads_divide_memory(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, bytes_per_element, memory_scores=B * n * n * bytes_per_element // h)


@unnamed
def attention_cost_total_with_rnn(n, d, h, B=1, bytes_per_element=4):
    cost = costs(n, d, h, B, bytes_per_element)
    return cost | {"flops_total": cost["flops_total"] + cost["rnn_flops"]}


@unnamed
def attention_cost_total_without_av(n, d, h, B=1, bytes_per_element=4):
    cost = costs(n, d, h, B, bytes_per_element)
    return cost | {"flops_total": cost["flops_qk"] + cost["flops_proj"]}


@unnamed
def attention_cost_batch_squared(n, d, h, B=1, bytes_per_element=4):  # B on both sides of the product
    cost = costs(n, d, h, B, bytes_per_element)
    return cost | {"memory_scores": cost["memory_scores"] * B}


@unnamed
def attention_cost_batch_in_flops_only(n, d, h, B=1, bytes_per_element=4):
    cost = costs(n, d, h, B, bytes_per_element)
    return cost | {"memory_scores": cost["memory_scores"] // B, "kv_cache": cost["kv_cache"] // B}


@unnamed
def attention_cost_key_missing(n, d, h, B=1, bytes_per_element=4):
    cost = costs(n, d, h, B, bytes_per_element)
    del cost["rnn_flops"]
    return cost


@named("generic:sum_for_mean")
def attention_cost_square_cache(n, d, h, B=1, bytes_per_element=4):  # n² for n
    return costs(n, d, h, B, bytes_per_element, kv_cache=2 * B * n * n * d * bytes_per_element)


@named("generic:factor")
def attention_cost_half_flops_single_cache(n, d, h, B=1, bytes_per_element=4):  # two listed mistakes
    cost = costs(n, d, h, B, bytes_per_element)
    halved = ("flops_qk", "flops_av", "flops_proj", "flops_total", "rnn_flops", "kv_cache")
    return cost | {key: cost[key] // 2 for key in halved}


# 3.16 blockwise_attention


def blocks(Q, K, V, block, causal, *, divisor=None, shift=0, diagonal=0, stop=0, overlap=0, last=True):
    query = torch.arange(Q.size(-2)).unsqueeze(1)
    top = Q.new_full((*Q.shape[:-1], 1), -INF)
    total, output = torch.zeros_like(top), Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    for start in range(0, K.size(-2) - stop, block):
        k, v = K[..., start : start + block + overlap, :], V[..., start : start + block + overlap, :]
        scores = Q @ k.transpose(-2, -1) / (math.sqrt(Q.size(-1)) if divisor is None else divisor)
        if causal:
            place = shift * start + torch.arange(k.size(-2))
            scores = scores.masked_fill(place > query + diagonal, -INF)
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        rescale, p = torch.exp(top - new_top), torch.exp(scores - new_top)
        total, output = total * rescale + p.sum(dim=-1, keepdim=True), output * rescale + p @ v
        top = new_top
    return output / total if last else output


@named("block_start_forgotten")
def blockwise_attention_local_index(Q, K, V, block, causal=False):  # the block's start is forgotten
    return blocks(Q, K, V, block, causal, shift=0)


@unnamed
def blockwise_attention_sees_next(Q, K, V, block, causal=False):
    return blocks(Q, K, V, block, causal, shift=1, diagonal=1)


@unnamed
def blockwise_attention_root_of_block(Q, K, V, block, causal=False):
    return blocks(Q, K, V, block, causal, shift=1, divisor=math.sqrt(block))


@unnamed
def blockwise_attention_divided_by_d_k(Q, K, V, block, causal=False):
    return blocks(Q, K, V, block, causal, shift=1, divisor=Q.size(-1))


@named("not_divided")
def blockwise_attention_not_divided(Q, K, V, block, causal=False):  # the numerator alone
    return blocks(Q, K, V, block, causal, shift=1, last=False)


@named("last_block_dropped")
def blockwise_attention_last_always_dropped(Q, K, V, block, causal=False):  # range(0, T_k − block, block)
    if K.size(-2) <= block:
        return blocks(Q, K, V, block, causal, shift=1)
    return blocks(Q, K, V, block, causal, shift=1, stop=block)


@unnamed
def blockwise_attention_overlapping(Q, K, V, block, causal=False):  # slices one key too long
    return blocks(Q, K, V, block, causal, shift=1, overlap=1)


@unnamed
def blockwise_attention_mean_of_powers(Q, K, V, block, causal=False):  # the denominator adds means
    top = Q.new_full((*Q.shape[:-1], 1), -INF)
    total, output = torch.zeros_like(top), Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    query = torch.arange(Q.size(-2)).unsqueeze(1)
    for start in range(0, K.size(-2), block):
        k, v = K[..., start : start + block, :], V[..., start : start + block, :]
        scores = scores_of(Q, k)
        if causal:
            scores = scores.masked_fill(start + torch.arange(k.size(-2)) > query, -INF)
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        rescale, p = torch.exp(top - new_top), torch.exp(scores - new_top)
        total, output = total * rescale + p.mean(dim=-1, keepdim=True), output * rescale + p @ v
        top = new_top
    return output / total


@unnamed
def blockwise_attention_weighted_blocks(Q, K, V, block, causal=False):  # each block's softmax weighs its length
    query, output = torch.arange(Q.size(-2)).unsqueeze(1), 0.0
    for start in range(0, K.size(-2), block):
        k, v = K[..., start : start + block, :], V[..., start : start + block, :]
        scores = scores_of(Q, k)
        if causal:
            scores = scores.masked_fill(start + torch.arange(k.size(-2)) > query, -1e9)
        output = output + F.softmax(scores, dim=-1) @ v * k.size(-2) / K.size(-2)
    return output


@unnamed
def blockwise_attention_last_block_wins(Q, K, V, block, causal=False):  # the output is overwritten
    query = torch.arange(Q.size(-2)).unsqueeze(1)
    for start in range(0, K.size(-2), block):
        k, v = K[..., start : start + block, :], V[..., start : start + block, :]
        scores = scores_of(Q, k)
        if causal:
            scores = scores.masked_fill(start + torch.arange(k.size(-2)) > query, -1e9)
        output = F.softmax(scores, dim=-1) @ v
    return output


@unnamed
def blockwise_attention_blocks_alone(Q, K, V, block, causal=False):  # queries of a block see its keys only
    parts = []
    for start in range(0, K.size(-2), block):
        q, k, v = (t[..., start : start + block, :] for t in (Q, K, V))
        scores = scores_of(q, k)
        if causal:
            scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -INF)
        parts.append(F.softmax(scores, dim=-1) @ v)
    return torch.cat(parts, dim=-2)


@unnamed
def blockwise_attention_inverse_rescale(Q, K, V, block, causal=False):  # exp(new − old)
    top, total, output = -1e9, 0.0, 0.0
    query = torch.arange(Q.size(-2)).unsqueeze(1)
    for start in range(0, K.size(-2), block):
        k, v = K[..., start : start + block, :], V[..., start : start + block, :]
        scores = scores_of(Q, k)
        if causal:
            scores = scores.masked_fill(start + torch.arange(k.size(-2)) > query, -INF)
        new_top = (
            scores.amax(dim=-1, keepdim=True).clamp(min=top)
            if start == 0
            else torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        )
        rescale = 1.0 if start == 0 else torch.exp(new_top - top)
        p = torch.exp(scores - new_top)
        total, output = total * rescale + p.sum(dim=-1, keepdim=True), output * rescale + p @ v
        top = new_top
    return output / total


@unnamed
def blockwise_attention_unscaled_not_causal(Q, K, V, block, causal=False):  # two listed mistakes
    return blocks(Q, K, V, block, False, divisor=1.0)


# 3.12 equivariance_gap


@unnamed
def equivariance_gap_smallest(f, X, P):
    return (f(P @ X) - P @ f(X)).abs().min().item()


@named("sum_of_gaps")
def equivariance_gap_sum(f, X, P):
    return (f(P @ X) - P @ f(X)).abs().sum().item()


@named("squared_gap")
def equivariance_gap_squared(f, X, P):
    return (f(P @ X) - P @ f(X)).square().max().item()


@unnamed
def equivariance_gap_mean_squared(f, X, P):
    return (f(P @ X) - P @ f(X)).square().mean().item()


@unnamed
def equivariance_gap_permuted_twice(f, X, P):  # P f(PX)
    return (f(P @ X) - P @ f(P @ X)).abs().max().item()


@named("relative_gap")
def equivariance_gap_relative(f, X, P):
    right = P @ f(X)
    return ((f(P @ X) - right).abs().max() / right.abs().max()).item()


@unnamed
def equivariance_gap_inverse_everywhere(f, X, P):  # Pᵀ on both sides: another permutation
    return (f(P.T @ X) - P.T @ f(X)).abs().max().item()


@unnamed
def equivariance_gap_wrong_argmax(f, X, P):  # rows of Pᵀ X against P f(X)
    return (f(X[P.argmax(dim=0)]) - P @ f(X)).abs().max().item()


@unnamed
def equivariance_gap_first_row(f, X, P):
    return (f(P @ X) - P @ f(X))[0].abs().max().item()


@unnamed
def equivariance_gap_difference_of_maxima(f, X, P):  # max|f(PX)| − max|P f(X)|
    return abs(f(P @ X).abs().max() - (P @ f(X)).abs().max()).item()


@unnamed
def equivariance_gap_yes_or_no(f, X, P):
    return float(not torch.allclose(f(P @ X), P @ f(X)))


@unnamed
def equivariance_gap_matrix(f, X, P):  # the whole difference
    return (f(P @ X) - P @ f(X)).abs()


@unnamed
def equivariance_gap_largest_row_sum(f, X, P):
    return (f(P @ X) - P @ f(X)).abs().sum(dim=-1).max().item()


# 3.13 copy_query, average_query


@unnamed
def copy_query_next_key(K, j, beta):  # counts from 1
    return beta * torch.linalg.pinv(K)[:, j - 1]


@unnamed
def copy_query_row_of_inverse(K, j, beta):  # a row of pinv(K): (T,)
    return beta * torch.linalg.pinv(K)[j]


@unnamed
def copy_query_opposite(K, j, beta):
    return -beta * torch.linalg.pinv(K)[:, j]


@unnamed
def copy_query_unit_key(K, j, beta):  # β·k_j / ‖k_j‖
    return beta * K[j] / K[j].norm()


@unnamed
def copy_query_projected_score(K, j, beta):  # β·k_j / ‖k_j‖²: the score of key j is β
    return beta * K[j] / (K[j] @ K[j])


@unnamed
def copy_query_gram_not_inverted(K, j, beta):  # Kᵀ(KKᵀ)e_j
    return beta * K.T @ (K @ K.T)[:, j]


@unnamed
def copy_query_single_precision(K, j, beta):  # torch.zeros in float32: an exception with double keys
    e = torch.zeros(K.size(0))
    e[j] = beta
    return K.T @ torch.linalg.solve(K @ K.T, e)


@unnamed
def copy_query_away_from_mean(K, j, beta):  # the key less the mean of the keys
    return beta * (K[j] - K.mean(dim=0))


@unnamed
def copy_query_coefficients(K, j, beta):  # stops at c, forgets Kᵀ
    e = torch.zeros(K.size(0), dtype=K.dtype)
    e[j] = beta
    return torch.linalg.solve(K @ K.T, e)


@unnamed
def average_query_one_of_two(K, a, b, beta):  # b ignored
    return beta * torch.linalg.pinv(K)[:, a]


@unnamed
def average_query_middle_key(K, a, b, beta):  # the key at index (a + b) / 2
    return beta * torch.linalg.pinv(K)[:, (a + b) // 2]


@unnamed
def average_query_beta_times_half_sum(K, a, b, beta):
    return beta * (K[a] + K[b]) / 2


@unnamed
def average_query_difference_of_duals(K, a, b, beta):
    dual = torch.linalg.pinv(K)
    return beta * (dual[:, a] - dual[:, b])


@unnamed
def average_query_product_of_duals(K, a, b, beta):
    dual = torch.linalg.pinv(K)
    return beta * dual[:, a] * dual[:, b]


@unnamed
def average_query_unequal(K, a, b, beta):  # precedence: β·a + b
    dual = torch.linalg.pinv(K)
    return beta * dual[:, a] + dual[:, b]


# 3.14 attention_entropy, attention_rollout


def real_weights(weights, mask):
    if mask is None:
        return weights
    weights = weights.masked_fill(~mask[:, None, None, :], 0.0)
    total = weights.sum(dim=-1, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)


def entropy_of(weights):
    return -torch.special.xlogy(weights, weights).sum(dim=-1)


@named("generic:factor")
def attention_entropy_decimal(weights, mask=None):  # log10
    return entropy_of(real_weights(weights, mask)) / math.log(10)


@named("divided_by_log_t_k")
def attention_entropy_normalised(weights, mask=None):  # between 0 and 1: divided by ln T_k
    return entropy_of(real_weights(weights, mask)) / math.log(weights.size(-1))


@unnamed
def attention_entropy_number_of_keys(weights, mask=None):  # exp(H)
    return entropy_of(real_weights(weights, mask)).exp()


@unnamed
def attention_entropy_mask_inverted(weights, mask=None):
    return entropy_of(real_weights(weights, None if mask is None else ~mask))


@unnamed
def attention_entropy_mask_on_queries(weights, mask=None):
    if mask is not None and mask.size(-1) == weights.size(-2):
        weights = weights.masked_fill(~mask[:, None, :, None], 0.0)
    return entropy_of(weights)


@unnamed
def attention_entropy_large_epsilon(weights, mask=None):  # log(p + 1e-3)
    weights = real_weights(weights, mask)
    return -(weights * torch.log(weights + 1e-3)).sum(dim=-1)


@unnamed
def attention_entropy_divided_by_count(weights, mask=None):  # by the number of real words, not by their weight
    if mask is not None:
        weights = weights.masked_fill(~mask[:, None, None, :], 0.0) / mask.sum(dim=-1)[:, None, None, None]
    return entropy_of(weights)


@unnamed
def attention_entropy_softmax_again(weights, mask=None):  # renormalises by a softmax
    if mask is not None:
        weights = F.softmax(weights.masked_fill(~mask[:, None, None, :], -INF), dim=-1)
    return entropy_of(torch.nan_to_num(weights))


@named("generic:nan")
def attention_entropy_empty_rows(weights, mask=None):  # 0 / 0 on rows without weight
    if mask is not None:
        weights = weights * mask[:, None, None, :]
        weights = weights / weights.sum(dim=-1, keepdim=True)
    return entropy_of(weights)


@unnamed
def attention_entropy_of_mean_weights(weights, mask=None):  # heads averaged before
    weights = real_weights(weights, mask)
    return entropy_of(weights.mean(dim=1, keepdim=True).expand_as(weights))


@unnamed
def attention_entropy_binary(weights, mask=None):  # adds (1 − p) ln (1 − p)
    weights = real_weights(weights, mask)
    return entropy_of(weights) + entropy_of(1 - weights)


@unnamed
def attention_entropy_largest_term(weights, mask=None):
    weights = real_weights(weights, mask)
    return -torch.log(weights.amax(dim=-1).masked_fill(weights.sum(dim=-1) == 0, 1.0))


@unnamed
def attention_entropy_bits_unmasked(weights, mask=None):  # two listed mistakes
    return entropy_of(weights) / math.log(2)


def halves(A):
    return A.mean(dim=2) / 2 + torch.eye(A.size(-1), dtype=A.dtype) / 2


def product(layers):
    result = layers[0]
    for layer in layers[1:]:
        result = layer @ result
    return result


@named("mean_of_layers")
def attention_rollout_mean_of_layers(A):
    return halves(A).mean(dim=0)


@named("sum_of_layers")
def attention_rollout_sum_of_layers(A):
    return halves(A).sum(dim=0)


@unnamed
def attention_rollout_first_layer_forgotten(A):
    eye = torch.eye(A.size(-1), dtype=A.dtype).expand(A.size(1), -1, -1)
    return product([eye, *halves(A)[1:]])


@unnamed
def attention_rollout_first_layer_twice(A):
    return product([halves(A)[0], *halves(A)])


@unnamed
def attention_rollout_heads_summed(A):
    return product(A.sum(dim=2) / 2 + torch.eye(A.size(-1), dtype=A.dtype) / 2)


@unnamed
def attention_rollout_precedence(A):  # A / 2 + I
    return product(A.mean(dim=2) / 2 + torch.eye(A.size(-1), dtype=A.dtype))


@named("generic:transposed")
def attention_rollout_transposed(A):
    return product(halves(A)).transpose(-2, -1)


@unnamed
def attention_rollout_ones(A):  # ½ everywhere instead of ½ on the diagonal
    return product(A.mean(dim=2) / 2 + torch.ones(A.size(-1), A.size(-1), dtype=A.dtype) / 2)


@unnamed
def attention_rollout_first_sentence(A):
    return product(halves(A))[:1].expand(A.size(1), -1, -1)


@unnamed
def attention_rollout_nine_tenths(A):  # weights 0.9 and 0.1
    return product(0.9 * A.mean(dim=2) + 0.1 * torch.eye(A.size(-1), dtype=A.dtype))


@unnamed
def attention_rollout_reversed_maximum(A):  # two listed mistakes
    return product((A.amax(dim=2) / 2 + torch.eye(A.size(-1), dtype=A.dtype) / 2).flip(0))


# The rest was written once the above had been graded: constants in the place of sizes, the first sentence's mask for
# all sentences, wrong queries of the same direction.


@unnamed
def attention_scores_fixed_two(Q, K):  # √d_k of the example
    return Q @ K.transpose(-2, -1) / 2


@unnamed
def attention_scores_fixed_eight(Q, K):  # √64
    return Q @ K.transpose(-2, -1) / 8


@unnamed
def attention_scores_root_of_axis_one(Q, K):  # size(1), right only for matrices
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(1))


@unnamed
def attention_scores_queries_normalised(Q, K):  # ‖q‖ instead of √d_k
    return Q @ K.transpose(-2, -1) / Q.norm(dim=-1, keepdim=True)


@unnamed
def scaled_dot_product_attention_fixed_two(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / 2
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_fixed_eight(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / 8
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_first_mask(Q, K, V, mask=None):
    mask = mask[:1] if mask is not None and mask.dim() > 2 else mask
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights


@unnamed
def scaled_dot_product_attention_any_mask(Q, K, V, mask=None):  # what is real in one sentence is in all
    mask = mask.any(dim=0, keepdim=True) if mask is not None and mask.dim() > 2 else mask
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights


@unnamed
def safe_attention_first_mask(Q, K, V, mask=None):
    mask = mask[:1] if mask is not None and mask.dim() > 2 else mask
    weights = torch.nan_to_num(F.softmax(hidden_scores(Q, K, mask), dim=-1))
    return weights @ V, weights


@named("mask_ignored")
def safe_attention_mask_ignored(Q, K, V, mask=None):
    weights = F.softmax(scores_of(Q, K), dim=-1)
    return weights @ V, weights


@unnamed
def attention_backward_first_mask(Q, K, V, dO, mask=None):
    mask = mask[:1] if mask is not None and mask.dim() > 2 else mask
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@named("generic:outputs_swapped")
def attention_backward_last_two_swapped(Q, K, V, dO, mask=None):  # dV before dK
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dV, dS.transpose(-2, -1) @ Q * scale


@unnamed
def attention_backward_fixed_two(Q, K, V, dO, mask=None):
    A, dV, dA, _ = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K / 2, dS.transpose(-2, -1) @ Q / 2, dV


@named("module:W_o")
class MultiHeadAttentionFirstMask(Heads):
    def allowed(self, scores, mask):
        return super().allowed(scores, None if mask is None else mask[:1])


@named("module:W_o")
class MultiHeadAttentionTwoHeads(Heads):  # n_heads is taken to be 2
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__(d_model, 2, causal)


@named("module:W_o")
class MultiHeadAttentionRootOfT(Heads):
    def scores(self, q, k):
        return q @ k.transpose(-2, -1) / math.sqrt(q.size(-2))


@named("divided_by_d_head")
class MultiHeadAttentionWithoutRoot(Heads):  # d_h for √d_h
    def scores(self, q, k):
        return q @ k.transpose(-2, -1) / q.size(-1)


@named("module:W_o")
class MultiHeadAttentionOutputTransposed(Heads):
    def out(self, heads, x):
        return self.merge(heads) @ self.W_o.weight + self.W_o.bias


@named("module:W_o")
class MultiHeadAttentionSelfHiddenButFirst(Heads):  # tril(-1), with (0, 0) put back against NaN
    def allowed(self, scores, mask):
        allowed = torch.ones_like(scores, dtype=torch.bool)
        if self.causal:
            allowed = allowed.tril(-1)
            allowed[..., 0, 0] = True
        return allowed if mask is None else allowed & mask[:, None, None, :]


@unnamed
def mha_from_packed_first_mask(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), None if mask is None else mask[:1]), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unnamed
def mha_from_packed_two_heads(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, 2)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unnamed
def mha_from_packed_padding_zeroed(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):  # right attention, then zero rows at padding
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    output = F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias)
    return output if mask is None else output * mask.unsqueeze(-1), weights


@named("module:self_attn")
class EncoderLayerFirstMask(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attended(x, None if mask is None else mask[:1].expand_as(mask)))
        return self.norm2(x + self.ffn(x))


@named("module:cross_attn")
class DecoderLayerFirstMask(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        mask = None if memory_mask is None else memory_mask[:1].expand_as(memory_mask)
        x = self.norm2(x + self.read(x, memory, mask))
        return self.norm3(x + self.ffn(x))


@named("module:norm2")
class DecoderLayerSecondNormMissing(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        x = x + self.read(x, memory, memory_mask)
        return self.norm3(x + self.ffn(x))


@unnamed
def attention_entropy_first_mask(weights, mask=None):
    return entropy_of(real_weights(weights, None if mask is None else mask[:1]))


@unnamed
def attention_rollout_last_two(A):
    return product(halves(A)[-2:])


@unnamed
def attention_rollout_first_head(A):
    return product(A[:, :, 0] / 2 + torch.eye(A.size(-1), dtype=A.dtype) / 2)


@unnamed
def attention_rollout_first_layer_only(A):
    return halves(A)[0]


@unnamed
def causal_mask_fixed_size(T):
    return torch.ones(4, 4, dtype=torch.bool).tril()


@unnamed
def padding_mask_all_true(lengths, T):
    return torch.ones(len(lengths), T, dtype=torch.bool)


@unnamed
def padding_mask_first_length(lengths, T):  # the first sentence's length for all
    return (torch.arange(T) < lengths[0]).expand(len(lengths), T)


@unnamed
def combine_masks_batch_second(padding, causal):  # (1, B, T, T)
    return padding[None, :, None, :] & causal


@unnamed
def combine_masks_two_heads(padding, causal):  # repeated for two heads
    return (padding[:, None, None, :] & causal).expand(-1, 2, -1, -1)


@unnamed
def split_heads_two(x, n_heads):  # n_heads is taken to be 2
    B, T, d = x.shape
    return x.reshape(B, T, 2, d // 2).transpose(1, 2)


@named("generic:shape")
def split_heads_folded_in_batch(x, n_heads):  # (B·h, T, d_h)
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2).reshape(B * n_heads, T, d // n_heads)


@unnamed
def merge_heads_batch_after_time(x):  # read as (T, B, …), then put back
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).reshape(T, B, h * d_h).transpose(0, 1)


@named("generic:permuted")
def merge_heads_features_reversed(x):  # the features of each head backwards
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).flip(-1).reshape(B, T, h * d_h)


@unnamed
def cross_attention_sees_later_words(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # j ≥ i
    scores = scores_of(x_dec @ W_q, memory @ W_k)
    scores = scores if memory_mask is None else scores.masked_fill(~memory_mask.unsqueeze(1), -INF)
    past = torch.ones_like(scores, dtype=torch.bool).tril(-1)
    return F.softmax(scores.masked_fill(past, -INF), dim=-1) @ (memory @ W_v)


@unnamed
def cross_attention_scores_times_mask(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    scores = scores_of(x_dec @ W_q, memory @ W_k)
    scores = scores if memory_mask is None else scores * memory_mask.unsqueeze(1)
    return F.softmax(scores, dim=-1) @ (memory @ W_v)


@unnamed
def shift_right_by_bos(y, bos):  # bos is taken for the number of steps
    return torch.cat([torch.full_like(y[:, :bos], bos), y[:, : y.size(1) - bos]], dim=1)


@named("generic:except_first")
def shift_right_bos_is_one(y, bos):
    return torch.cat([torch.ones_like(y[:, :1]), y[:, :-1]], dim=1)


@unnamed
def attention_cost_two_bytes(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, 2)


@unnamed
def attention_cost_twelve_heads(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, 12, B, bytes_per_element)


@unnamed
def attention_cost_rnn_of_one_sequence(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, bytes_per_element, rnn_flops=4 * n * d * d)


@unnamed
def attention_cost_projections_of_one_sequence(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, bytes_per_element, flops_proj=8 * n * d * d)


@unnamed
def blockwise_attention_first_block_only(Q, K, V, block, causal=False):
    return blocks(Q, K[..., :block, :], V[..., :block, :], block, causal, shift=1)


@unnamed
def blockwise_attention_self_hidden(Q, K, V, block, causal=False):  # j < i
    return blocks(Q, K, V, block, causal, shift=1, diagonal=-1)


@unnamed
def copy_query_half_key(K, j, beta):
    return beta * K[j] / 2


@unnamed
def copy_query_twice_key(K, j, beta):
    return 2 * beta * K[j]


@unnamed
def copy_query_long_one_hot(K, j, beta):
    q = torch.zeros(K.size(1), dtype=K.dtype)
    q[j] = 3 * beta
    return q


@unnamed
def average_query_sum_of_unit_keys(K, a, b, beta):
    return beta * (F.normalize(K[a], dim=0) + F.normalize(K[b], dim=0))


@unnamed
def average_query_twice_sum(K, a, b, beta):
    return 2 * beta * (K[a] + K[b])


@unnamed
def average_query_away_from_others(K, a, b, beta):  # minus the sum of the other keys
    return beta * (2 * (K[a] + K[b]) - K.sum(dim=0))


@unnamed
def average_query_twice_difference(K, a, b, beta):
    return 2 * beta * (K[a] - K[b])


@unnamed
def average_query_difference_of_unit_keys(K, a, b, beta):
    return beta * (K[a] / K[a].norm() - K[b] / K[b].norm())


# Near misses of listed mistakes: alike on many cases, and not the same.


@named("module:W_o")
class MultiHeadAttentionLastMask(Heads):  # the last sentence's mask for all
    def allowed(self, scores, mask):
        return super().allowed(scores, None if mask is None else mask[-1:])


@named("module:W_o")
class MultiHeadAttentionAnyMask(Heads):  # what is real in one sentence is in all
    def allowed(self, scores, mask):
        return super().allowed(scores, None if mask is None else mask.any(dim=0, keepdim=True))


@named("module:W_o")
class MultiHeadAttentionFixedTwo(Heads):  # √d_h of the first batch
    def scores(self, q, k):
        return q @ k.transpose(-2, -1) / 2


@named("module:W_o")
class MultiHeadAttentionSeesTwoNext(Heads):  # tril(2)
    def allowed(self, scores, mask):
        allowed = torch.ones_like(scores, dtype=torch.bool)
        allowed = allowed.tril(2) if self.causal else allowed
        return allowed if mask is None else allowed & mask[:, None, None, :]


@named("module:W_o")
class MultiHeadAttentionSoftmaxOfLogits(Heads):  # a softmax of the logarithm of weights plus one
    def weights(self, scores, allowed):
        return F.softmax(torch.log1p(super().weights(scores, allowed)), dim=-1)


@unnamed
def mha_from_packed_fixed_two(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(q @ k.transpose(-2, -1) / 2, mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unnamed
def mha_from_packed_queries_and_keys_transposed(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):  # W_v alone as nn.Linear applies it
    W_q, W_k, W_v = in_proj_weight.chunk(3)
    q, k, v = packed_qkv(x, torch.cat([W_q.T, W_k.T, W_v]), in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unnamed
def cross_attention_raw_queries(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec, memory @ W_k, memory @ W_v, memory_mask)


@unnamed
def cross_attention_keys_and_values_transposed(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q, memory @ W_k.T, memory @ W_v.T, memory_mask)


@named("module:linear2")
class EncoderLayerLeaky(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attended(x, mask))
        return self.norm2(x + self.linear2(F.leaky_relu(self.linear1(x))))


@named("module:self_attn")
class DecoderLayerSeesTwoNext(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x, 3))
        x = self.norm2(x + self.read(x, memory, memory_mask))
        return self.norm3(x + self.ffn(x))


@unnamed
def attention_backward_mean_of_real_keys(Q, K, V, dO, mask=None):  # the mean without weights, over visible keys
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    seen = torch.ones_like(A) if mask is None else mask.expand_as(A).to(A.dtype)
    dS = A * (dA - (seen * dA).sum(dim=-1, keepdim=True) / seen.sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unnamed
def safe_attention_dead_if_first_hidden(Q, K, V, mask=None):
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    if mask is not None:
        weights = torch.nan_to_num(weights) * mask[..., :1]
    return weights @ V, weights


@unnamed
def blockwise_attention_start_counted_twice(Q, K, V, block, causal=False):
    return blocks(Q, K, V, block, causal, shift=2)


@unnamed
def combine_masks_triangle(padding, causal):  # a triangle of its own in the place of causal
    return padding[:, None, None, :] & torch.ones_like(causal).tril()


@unnamed
def attention_rollout_mean_without_identity(A):
    return A.mean(dim=(0, 2))


@unnamed
def equivariance_gap_relative_to_the_norm(f, X, P):
    right = P @ f(X)
    return ((f(P @ X) - right).abs().max() / right.norm()).item()


@unnamed
def attention_scores_softmax_of_products(Q, K):  # two mistakes: no scale, weights instead of scores
    return F.softmax(Q @ K.transpose(-2, -1), dim=-1)
