"""3.9 packed_multi_head_attention: wrong answers that are not listed; none may get a false name."""

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


def split(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)


def merge(x):
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).reshape(B, T, h * d_h)


def packed(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask=None):
    q, k, v = (split(t, n_heads) for t in F.linear(x, in_weight, in_bias).chunk(3, dim=-1))
    heads, weights = attention(q, k, v, None if mask is None else mask[:, None, None, :])
    return F.linear(merge(heads), out_weight, out_bias), weights


@unlisted("mha_from_packed", "generic:outputs_swapped")
def packed_weights_first(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask=None):
    return packed(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask)[::-1]


@unlisted("mha_from_packed", "generic:transposed")
def packed_weights_transposed(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask=None):
    output, weights = packed(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask)
    return output, weights.transpose(-1, -2)


@unlisted("mha_from_packed")
def packed_with_residual(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask=None):
    output, weights = packed(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask)
    return x + output, weights


INF = float("inf")


def scores_of(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))


def packed_qkv(x, weight, bias, n_heads):
    B, T, d = x.shape
    return [t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in F.linear(x, weight, bias).split(d, dim=-1)]


def packed_hidden(scores, mask):
    return scores if mask is None else scores.masked_fill(~mask[:, None, None, :], -INF)


def packed_merged(heads):
    return heads.transpose(1, 2).flatten(2)


@unlisted("mha_from_packed", "packed_as_k_v_q")
def mha_from_packed_as_k_v_q(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    k, v, q = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed", "missing_scale")
def mha_from_packed_unscaled(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(q @ k.transpose(-2, -1), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed", "merged_without_transpose")
def mha_from_packed_merged_directly(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):  # reshape without transpose
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear((weights @ v).reshape(x.shape), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed", "generic:outputs_swapped")
def mha_from_packed_order_of_results(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return weights, F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias)


@unlisted("mha_from_packed")
def mha_from_packed_scores_returned(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    scores = packed_hidden(scores_of(q, k), mask)
    return F.linear(packed_merged(F.softmax(scores, dim=-1) @ v), out_proj_weight, out_proj_bias), scores


@unlisted("mha_from_packed", "missing_value_bias")
def mha_from_packed_value_bias_missing(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    d = x.size(-1)
    bias = torch.cat([in_proj_bias[: 2 * d], torch.zeros_like(in_proj_bias[:d])])
    q, k, v = packed_qkv(x, in_proj_weight, bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed")
def mha_from_packed_query_bias_missing(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    bias = in_proj_bias.clone()
    bias[: x.size(-1)] = 0
    q, k, v = packed_qkv(x, in_proj_weight, bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed", "masked_after_softmax")
def mha_from_packed_masked_after_softmax(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(scores_of(q, k), dim=-1)
    weights = weights if mask is None else weights * mask[:, None, None, :]
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed")
def mha_from_packed_bias_twice(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias) + out_proj_bias, weights


@unlisted("mha_from_packed")
def mha_from_packed_residual(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return x + F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed", "no_output_projection")
def mha_from_packed_no_output_projection(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return packed_merged(weights @ v), weights


@unlisted("mha_from_packed")
def mha_from_packed_interleaved(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    # heads of every h-th feature, merged side by side
    B, T, d = x.shape
    q, k, v = (
        t.view(B, T, d // n_heads, n_heads).permute(0, 3, 1, 2)
        for t in F.linear(x, in_proj_weight, in_proj_bias).split(d, dim=-1)
    )
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed")
def mha_from_packed_weights_summed(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights.sum(dim=1)


@unlisted("mha_from_packed")
def mha_from_packed_mask_on_queries(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    scores = scores_of(q, k)
    scores = scores if mask is None else scores.masked_fill(~mask[:, None, :, None], -1e9)
    weights = F.softmax(scores, dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed", "out_proj_transposed+mask_polarity")
def mha_from_packed_polarity_and_transpose(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):  # two listed mistakes
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), None if mask is None else ~mask), dim=-1)
    return packed_merged(weights @ v) @ out_proj_weight + out_proj_bias, weights


@unlisted("mha_from_packed")
def mha_from_packed_first_mask(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), None if mask is None else mask[:1]), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed")
def mha_from_packed_two_heads(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, 2)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed")
def mha_from_packed_padding_zeroed(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):  # right attention, then zero rows at padding
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    output = F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias)
    return output if mask is None else output * mask.unsqueeze(-1), weights


@unlisted("mha_from_packed")
def mha_from_packed_fixed_two(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    q, k, v = packed_qkv(x, in_proj_weight, in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(q @ k.transpose(-2, -1) / 2, mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights


@unlisted("mha_from_packed")
def mha_from_packed_queries_and_keys_transposed(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):  # W_v alone as nn.Linear applies it
    W_q, W_k, W_v = in_proj_weight.chunk(3)
    q, k, v = packed_qkv(x, torch.cat([W_q.T, W_k.T, W_v]), in_proj_bias, n_heads)
    weights = F.softmax(packed_hidden(scores_of(q, k), mask), dim=-1)
    return F.linear(packed_merged(weights @ v), out_proj_weight, out_proj_bias), weights
