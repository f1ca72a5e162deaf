"""3.4 scaled_dot_product_attention: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted


def attention(Q, K, V, mask=None):
    """Right."""
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def scores_of(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))


@unlisted("scaled_dot_product_attention", "generic:factor")
def attention_halved(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return output / 2, weights / 2


@unlisted("scaled_dot_product_attention", "generic:factor")
def attention_output_times_root(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return output * math.sqrt(Q.size(-1)), weights


@unlisted("scaled_dot_product_attention", "generic:outputs_swapped")
def attention_weights_first(Q, K, V, mask=None):
    return attention(Q, K, V, mask)[::-1]


@unlisted("scaled_dot_product_attention")
def attention_with_sigmoid(Q, K, V, mask=None):
    weights = torch.sigmoid(scores_of(Q, K))
    weights = weights if mask is None else weights * mask
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def attention_filled_with_minus_five(Q, K, V, mask=None):
    scores = scores_of(Q, K)
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -5.0), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def attention_twice_as_sharp(Q, K, V, mask=None):
    return attention(2 * Q, K, V, mask)


@unlisted("scaled_dot_product_attention", "generic:transposed")
def attention_output_axes_swapped_with_heads(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return (output.transpose(1, 2) if output.dim() == 4 else output), weights


@unlisted("scaled_dot_product_attention", "generic:except_last")
def attention_last_query_forgotten(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    output[..., -1, :], weights[..., -1, :] = 0.0, 0.0
    return output, weights


@unlisted("scaled_dot_product_attention", "generic:dtype")
def attention_rounded(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return output.bfloat16().double(), weights.bfloat16().double()


@unlisted("scaled_dot_product_attention")
def attention_with_a_large_epsilon(Q, K, V, mask=None):
    _, weights = attention(Q, K, V, mask)
    weights = weights / (weights.sum(-1, keepdim=True) + weights.amax(-1, keepdim=True) / 100)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def attention_hard(Q, K, V, mask=None):
    _, weights = attention(Q, K, V, mask)
    weights = F.one_hot(weights.argmax(-1), K.size(-2)).to(Q.dtype)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def attention_causal_always(Q, K, V, mask=None):
    past = torch.ones(Q.size(-2), K.size(-2), dtype=torch.bool).tril()
    return attention(Q, K, V, past if mask is None else mask & past)


@unlisted("scaled_dot_product_attention", "generic:transposed")
def attention_weights_transposed(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return output, weights.transpose(-1, -2)


@unlisted("scaled_dot_product_attention", "generic:shifted")
def attention_rolled(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return torch.roll(output, 1, dims=-2), torch.roll(weights, 1, dims=-2)


INF = float("inf")


def hidden_scores(Q, K, mask):
    scores = scores_of(Q, K)
    return scores if mask is None else scores.masked_fill(~mask, -INF)


@unlisted("scaled_dot_product_attention", "divided_by_sqrt_t_q")
def scaled_dot_product_attention_root_of_queries(Q, K, V, mask=None):  # √T_q
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-2))
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_root_twice(Q, K, V, mask=None):  # d_k^(1/4)
    scores = Q @ K.transpose(-2, -1) / math.sqrt(math.sqrt(Q.size(-1)))
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention", "softmax_twice")
def scaled_dot_product_attention_softmax_twice(Q, K, V, mask=None):
    weights = F.softmax(F.softmax(hidden_scores(Q, K, mask), dim=-1), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention", "generic:outputs_swapped")
def scaled_dot_product_attention_order_of_results(Q, K, V, mask=None):
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights, weights @ V


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_log_weights(Q, K, V, mask=None):  # output right, logarithms of the weights
    scores = hidden_scores(Q, K, mask)
    return F.softmax(scores, dim=-1) @ V, F.log_softmax(scores, dim=-1)


@unlisted("scaled_dot_product_attention", "scores_times_mask")
def scaled_dot_product_attention_tiny_fill(Q, K, V, mask=None):  # −1e-9 for −1e9
    scores = scores_of(Q, K)
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -1e-9), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_first_mask_row(Q, K, V, mask=None):  # every query gets the first one's mask
    weights = F.softmax(hidden_scores(Q, K, None if mask is None else mask[..., :1, :]), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_last_mask_row(Q, K, V, mask=None):  # a causal mask then hides nothing
    weights = F.softmax(hidden_scores(Q, K, None if mask is None else mask[..., -1:, :]), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention", "softmax_on_pairs")
def scaled_dot_product_attention_all_pairs(Q, K, V, mask=None):  # one softmax over queries and keys
    scores = hidden_scores(Q, K, mask)
    weights = F.softmax(scores.flatten(-2), dim=-1).view_as(scores)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention", "generic:nan")
def scaled_dot_product_attention_no_maximum(Q, K, V, mask=None):  # overflows on large scores
    powers = torch.exp(hidden_scores(Q, K, mask))
    weights = powers / powers.sum(dim=-1, keepdim=True)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention", "generic:nan")
def scaled_dot_product_attention_global_maximum(Q, K, V, mask=None):  # rows far below it underflow
    scores = hidden_scores(Q, K, mask)
    powers = torch.exp(scores - scores.max())
    weights = powers / powers.sum(dim=-1, keepdim=True)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_relu(Q, K, V, mask=None):  # ReLU instead of the exponential
    scores = torch.relu(scores_of(Q, K))
    scores = scores if mask is None else scores * mask
    weights = scores / scores.sum(dim=-1, keepdim=True).clamp(min=1e-9)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_sigmoid(Q, K, V, mask=None):
    weights = torch.sigmoid(hidden_scores(Q, K, mask))
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_in_place(Q, K, V, mask=None):
    Q /= math.sqrt(Q.size(-1))
    scores = Q @ K.transpose(-2, -1)
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_always_causal(Q, K, V, mask=None):
    scores = hidden_scores(Q, K, mask)
    weights = F.softmax(scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), -INF), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_scaled_after_softmax(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1)
    scores = scores if mask is None else scores.masked_fill(~mask, -INF)
    weights = F.softmax(scores, dim=-1) / math.sqrt(Q.size(-1))
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_bonus_to_hidden(Q, K, V, mask=None):  # + 1e9 where − 1e9 was meant
    scores = scores_of(Q, K)
    weights = F.softmax(scores if mask is None else scores + (~mask) * 1e9, dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_heads_averaged(Q, K, V, mask=None):  # weights averaged over the first axis but one
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights.mean(dim=-3) if weights.dim() > 3 else weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_values_masked(Q, K, V, mask=None):  # hidden values are zero, weights are not
    weights = F.softmax(scores_of(Q, K), dim=-1)
    return (weights if mask is None else weights * mask) @ V, weights


@unlisted("scaled_dot_product_attention", "missing_scale+softmax_on_queries")
def scaled_dot_product_attention_unscaled_over_queries(Q, K, V, mask=None):  # two listed mistakes
    scores = Q @ K.transpose(-2, -1)
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-2)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention", "missing_scale+mask_inverted")
def scaled_dot_product_attention_inverted_unscaled(Q, K, V, mask=None):  # two listed mistakes
    scores = Q @ K.transpose(-2, -1)
    weights = F.softmax(scores if mask is None else scores.masked_fill(mask, -INF), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_four_axes_only(Q, K, V, mask=None):  # a mask of two axes is ignored
    weights = F.softmax(hidden_scores(Q, K, mask if mask is not None and mask.dim() == 4 else None), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_fixed_two(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / 2
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_fixed_eight(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / 8
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_first_mask(Q, K, V, mask=None):
    mask = mask[:1] if mask is not None and mask.dim() > 2 else mask
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights


@unlisted("scaled_dot_product_attention")
def scaled_dot_product_attention_any_mask(Q, K, V, mask=None):  # what is real in one sentence is in all
    mask = mask.any(dim=0, keepdim=True) if mask is not None and mask.dim() > 2 else mask
    weights = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return weights @ V, weights
