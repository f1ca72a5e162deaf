"""3.16 blockwise_attention: wrong answers that are not listed; none may get a false name."""

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


def blockwise(Q, K, V, block, causal=False):
    mask = torch.ones(Q.size(-2), K.size(-2), dtype=torch.bool)
    return attention(Q, K, V, mask.tril() if causal else mask)[0]


@unlisted("blockwise_attention", "generic:sign")
def blockwise_negated(Q, K, V, block, causal=False):
    return -blockwise(Q, K, V, block, causal)


@unlisted("blockwise_attention", "generic:reversed")
def blockwise_backwards(Q, K, V, block, causal=False):
    return blockwise(Q, K, V, block, causal).flip(-2)


@unlisted("blockwise_attention")
def blockwise_local(Q, K, V, block, causal=False):
    i, j = torch.arange(Q.size(-2))[:, None], torch.arange(K.size(-2))
    near = (i // block == j // block) | (j == 0)
    return attention(Q, K, V, near & (j <= i) if causal else near)[0]


INF = float("inf")


def scores_of(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))


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


@unlisted("blockwise_attention", "block_start_forgotten")
def blockwise_attention_local_index(Q, K, V, block, causal=False):  # the block's start is forgotten
    return blocks(Q, K, V, block, causal, shift=0)


@unlisted("blockwise_attention")
def blockwise_attention_sees_next(Q, K, V, block, causal=False):
    return blocks(Q, K, V, block, causal, shift=1, diagonal=1)


@unlisted("blockwise_attention")
def blockwise_attention_root_of_block(Q, K, V, block, causal=False):
    return blocks(Q, K, V, block, causal, shift=1, divisor=math.sqrt(block))


@unlisted("blockwise_attention")
def blockwise_attention_divided_by_d_k(Q, K, V, block, causal=False):
    return blocks(Q, K, V, block, causal, shift=1, divisor=Q.size(-1))


@unlisted("blockwise_attention", "not_divided")
def blockwise_attention_not_divided(Q, K, V, block, causal=False):  # the numerator alone
    return blocks(Q, K, V, block, causal, shift=1, last=False)


@unlisted("blockwise_attention", "last_block_dropped")
def blockwise_attention_last_always_dropped(Q, K, V, block, causal=False):  # range(0, T_k − block, block)
    if K.size(-2) <= block:
        return blocks(Q, K, V, block, causal, shift=1)
    return blocks(Q, K, V, block, causal, shift=1, stop=block)


@unlisted("blockwise_attention")
def blockwise_attention_overlapping(Q, K, V, block, causal=False):  # slices one key too long
    return blocks(Q, K, V, block, causal, shift=1, overlap=1)


@unlisted("blockwise_attention")
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


@unlisted("blockwise_attention")
def blockwise_attention_weighted_blocks(Q, K, V, block, causal=False):  # each block's softmax weighs its length
    query, output = torch.arange(Q.size(-2)).unsqueeze(1), 0.0
    for start in range(0, K.size(-2), block):
        k, v = K[..., start : start + block, :], V[..., start : start + block, :]
        scores = scores_of(Q, k)
        if causal:
            scores = scores.masked_fill(start + torch.arange(k.size(-2)) > query, -1e9)
        output = output + F.softmax(scores, dim=-1) @ v * k.size(-2) / K.size(-2)
    return output


@unlisted("blockwise_attention")
def blockwise_attention_last_block_wins(Q, K, V, block, causal=False):  # the output is overwritten
    query = torch.arange(Q.size(-2)).unsqueeze(1)
    for start in range(0, K.size(-2), block):
        k, v = K[..., start : start + block, :], V[..., start : start + block, :]
        scores = scores_of(Q, k)
        if causal:
            scores = scores.masked_fill(start + torch.arange(k.size(-2)) > query, -1e9)
        output = F.softmax(scores, dim=-1) @ v
    return output


@unlisted("blockwise_attention")
def blockwise_attention_blocks_alone(Q, K, V, block, causal=False):  # queries of a block see its keys only
    parts = []
    for start in range(0, K.size(-2), block):
        q, k, v = (t[..., start : start + block, :] for t in (Q, K, V))
        scores = scores_of(q, k)
        if causal:
            scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -INF)
        parts.append(F.softmax(scores, dim=-1) @ v)
    return torch.cat(parts, dim=-2)


@unlisted("blockwise_attention")
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


@unlisted("blockwise_attention", "causal_ignored+missing_scale")
def blockwise_attention_unscaled_not_causal(Q, K, V, block, causal=False):  # two listed mistakes
    return blocks(Q, K, V, block, False, divisor=1.0)


@unlisted("blockwise_attention")
def blockwise_attention_first_block_only(Q, K, V, block, causal=False):
    return blocks(Q, K[..., :block, :], V[..., :block, :], block, causal, shift=1)


@unlisted("blockwise_attention")
def blockwise_attention_self_hidden(Q, K, V, block, causal=False):  # j < i
    return blocks(Q, K, V, block, causal, shift=1, diagonal=-1)


@unlisted("blockwise_attention")
def blockwise_attention_start_counted_twice(Q, K, V, block, causal=False):
    return blocks(Q, K, V, block, causal, shift=2)
