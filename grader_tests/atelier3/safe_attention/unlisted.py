"""3.5 safe_attention: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted


def scores_of(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))


def empty_rows(Q, K, mask):
    return torch.zeros(1, 1, dtype=torch.bool) if mask is None else ~mask.any(dim=-1, keepdim=True)


def safe(Q, K, V, mask=None):
    scores = scores_of(Q, K)
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        weights = F.softmax(scores.masked_fill(~mask, -1e9), dim=-1).masked_fill(~mask, 0.0)
    return weights @ V, weights


@unlisted("safe_attention")
def safe_empty_rows_read_the_mean(Q, K, V, mask=None):
    output, weights = safe(Q, K, V, mask)
    return torch.where(empty_rows(Q, K, mask), V.mean(-2, keepdim=True), output), weights


@unlisted("safe_attention")
def safe_empty_rows_give_ones(Q, K, V, mask=None):
    output, weights = safe(Q, K, V, mask)
    return output.masked_fill(empty_rows(Q, K, mask), 1.0), weights


@unlisted("safe_attention")
def safe_first_key_by_default(Q, K, V, mask=None):
    _, weights = safe(Q, K, V, mask)
    first = F.one_hot(torch.tensor(0), K.size(-2)).to(Q.dtype)
    weights = torch.where(empty_rows(Q, K, mask), first, weights)
    return weights @ V, weights


INF = float("inf")


def hidden_scores(Q, K, mask):
    scores = scores_of(Q, K)
    return scores if mask is None else scores.masked_fill(~mask, -INF)


@unlisted("safe_attention", "dead_if_any_hidden")
def safe_attention_dead_if_any_hidden(Q, K, V, mask=None):  # all() instead of any()
    if mask is None:
        weights = F.softmax(scores_of(Q, K), dim=-1)
    else:
        alive = mask.all(dim=-1, keepdim=True)
        weights = F.softmax(scores_of(Q, K).masked_fill(~mask & alive, -INF), dim=-1) * (mask & alive)
    return weights @ V, weights


@unlisted("safe_attention", "missing_scale")
def safe_attention_missing_scale(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1)
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask & mask.any(dim=-1, keepdim=True), -INF)
        weights = F.softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ V, weights


@unlisted("safe_attention")
def safe_attention_large_epsilon(Q, K, V, mask=None):  # 1e-3 in the denominator
    scores = scores_of(Q, K)
    powers = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
    powers = powers if mask is None else powers * mask
    weights = powers / (powers.sum(dim=-1, keepdim=True) + 1e-3)
    return weights @ V, weights


@unlisted("safe_attention")
def safe_attention_softmax_plus_one(Q, K, V, mask=None):  # 1 in the denominator: an empty row is 0 / 1
    powers = torch.exp(scores_of(Q, K))
    powers = powers if mask is None else powers * mask
    weights = powers / (1 + powers.sum(dim=-1, keepdim=True))
    return weights @ V, weights


@unlisted("safe_attention", "generic:nan")
def safe_attention_nan_weights(Q, K, V, mask=None):  # the output is cleaned, the weights are not
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return torch.nan_to_num(weights) @ V, weights


@unlisted("safe_attention")
def safe_attention_uniform_output(Q, K, V, mask=None):  # the weights are cleaned, the output is not
    scores = scores_of(Q, K)
    if mask is None:
        weights = F.softmax(scores, dim=-1)
        return weights @ V, weights
    weights = F.softmax(scores.masked_fill(~mask, -1e9), dim=-1)
    return weights @ V, weights.masked_fill(~mask.any(dim=-1, keepdim=True), 0.0)


@unlisted("safe_attention")
def safe_attention_first_key(Q, K, V, mask=None):  # an empty row looks at key 0
    if mask is not None:
        dead = ~mask.any(dim=-1, keepdim=True)
        mask = mask | (dead & (torch.arange(mask.size(-1)) == 0))
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights


@unlisted("safe_attention", "generic:nan")
def safe_attention_whole_mask(Q, K, V, mask=None):  # looks for an empty mask, not for empty rows
    if mask is not None and not mask.any():
        weights = torch.zeros_like(scores_of(Q, K))
    else:
        weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights


@unlisted("safe_attention")
def safe_attention_empty_rows_see_all(Q, K, V, mask=None):  # an empty row ignores the mask: ordinary attention
    if mask is not None:
        mask = mask | ~mask.any(dim=-1, keepdim=True)
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights


@unlisted("safe_attention", "generic:outputs_swapped")
def safe_attention_order_of_results(Q, K, V, mask=None):
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    weights = weights if mask is None else torch.where(mask, weights, 0.0)
    return weights, weights @ V


@unlisted("safe_attention")
def safe_attention_empty_columns(Q, K, V, mask=None):  # the emptiness of columns, not of rows
    scores = scores_of(Q, K)
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        alive = mask.any(dim=-2, keepdim=True)
        weights = F.softmax(scores.masked_fill(~alive, -1e9), dim=-1) * mask
    return weights @ V, weights


@unlisted("safe_attention", "mask_inverted")
def safe_attention_inverted_and_cleaned(Q, K, V, mask=None):  # mask inverted, then NaN replaced by 0
    scores = scores_of(Q, K)
    scores = scores if mask is None else scores.masked_fill(mask, -INF)
    weights = torch.nan_to_num(F.softmax(scores, dim=-1))
    return weights @ V, weights


@unlisted("safe_attention")
def safe_attention_first_mask(Q, K, V, mask=None):
    mask = mask[:1] if mask is not None and mask.dim() > 2 else mask
    weights = torch.nan_to_num(F.softmax(hidden_scores(Q, K, mask), dim=-1))
    return weights @ V, weights


@unlisted("safe_attention", "mask_ignored")
def safe_attention_mask_ignored(Q, K, V, mask=None):
    weights = F.softmax(scores_of(Q, K), dim=-1)
    return weights @ V, weights


@unlisted("safe_attention")
def safe_attention_dead_if_first_hidden(Q, K, V, mask=None):
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    if mask is not None:
        weights = torch.nan_to_num(weights) * mask[..., :1]
    return weights @ V, weights
