"""4.5 bert_embeddings: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted


def tables(params):
    """E, P, S, γ, β."""
    kinds = ("word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight")
    return [params[f"embeddings.{name}"] for name in (*kinds, "LayerNorm.weight", "LayerNorm.bias")]


def total(ids, types, params):
    """x, the sum of the three."""
    E, P, S, _, _ = tables(params)
    return E[ids] + P[: ids.size(1)] + S[types]


def normed(x, params, eps=1e-12):
    *_, gamma, beta = tables(params)
    return F.layer_norm(x, (x.size(-1),), gamma, beta, eps)


@unlisted("bert_embeddings", "scaled_words")
def bert_embeddings_scaled(ids, types, params):  # as in the Transformer of 2017
    E, P, S, *_ = tables(params)
    return normed(E[ids] * math.sqrt(E.size(1)) + P[: ids.size(1)] + S[types], params)


@unlisted("bert_embeddings")
def bert_embeddings_mean_of_three(ids, types, params):
    """The mean, not the sum: the normalization undoes the third, but for epsilon."""
    return normed(total(ids, types, params) / 3, params, 1e-5)


@unlisted("bert_embeddings")
def bert_embeddings_positions_from_two(ids, types, params):  # as in RoBERTa
    E, P, S, *_ = tables(params)
    places = (torch.arange(ids.size(1)) + 2).clamp(max=len(P) - 1)
    return normed(E[ids] + P[places] + S[types], params)


@unlisted("bert_embeddings", "positions_begin_anew")
def bert_embeddings_positions_of_each_sentence(ids, types, params):
    """Positions begin again with the second sentence."""
    E, P, S, *_ = tables(params)
    places = torch.arange(ids.size(1)).expand_as(ids)
    begins = (types == 0).sum(1, keepdim=True)
    places = torch.where(types == 1, (places - begins).clamp(min=0), places)
    return normed(E[ids] + P[places] + S[types], params)


@unlisted("bert_embeddings", "mean_over_everything")
def bert_embeddings_norm_over_the_sequence(ids, types, params):  # mean and variance of (T, d)
    *_, gamma, beta = tables(params)
    x = total(ids, types, params)
    mean, var = x.mean((1, 2), keepdim=True), x.var((1, 2), unbiased=False, keepdim=True)
    return (x - mean) / torch.sqrt(var + 1e-12) * gamma + beta


@unlisted("bert_embeddings", "root_mean_square")
def bert_embeddings_rms(ids, types, params):
    *_, gamma, beta = tables(params)
    x = total(ids, types, params)
    return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-12) * gamma + beta


@unlisted("bert_embeddings", "shift_before_scale")
def bert_embeddings_shift_before_scale(ids, types, params):
    *_, gamma, beta = tables(params)
    x = F.layer_norm(total(ids, types, params), beta.shape, eps=1e-12)
    return (x + beta) * gamma


@unlisted("bert_embeddings", "no_root")
def bert_embeddings_standard_deviation_unsquared(ids, types, params):  # divides by the variance
    *_, gamma, beta = tables(params)
    x = total(ids, types, params)
    return (x - x.mean(-1, keepdim=True)) / (x.var(-1, unbiased=False, keepdim=True) + 1e-12) * gamma + beta


@unlisted("bert_embeddings")
def bert_embeddings_each_normed(ids, types, params):
    """Each of the three is normalized, then added."""
    E, P, S, *_ = tables(params)
    return sum(normed(x.expand(*ids.shape, -1), params) for x in (E[ids], P[: ids.size(1)], S[types]))


@unlisted("bert_embeddings")
def bert_embeddings_segments_after(ids, types, params):
    E, P, S, *_ = tables(params)
    return normed(E[ids] + P[: ids.size(1)], params) + S[types]


@unlisted("bert_embeddings")
def bert_embeddings_one_segment_by_sequence(ids, types, params):  # that of the first token
    return (lambda first: normed(total(ids, first, params), params))(types[:, :1].expand_as(types))


@unlisted("bert_embeddings")
def bert_embeddings_padding_without_position(ids, types, params):
    """Identifier 0 is taken for padding, and its vector for zero."""
    E, P, S, *_ = tables(params)
    words = F.embedding(ids, E) * (ids != 0)[..., None]
    return normed(words + P[: ids.size(1)] + S[types], params)


@unlisted("bert_embeddings")
def bert_embeddings_sinusoids(ids, types, params):
    E, _, S, *_ = tables(params)
    d = E.size(1)
    t, i = torch.arange(ids.size(1))[:, None], torch.arange(d)[None]
    angle = t / 10000 ** (2 * (i // 2) / d)
    return normed(E[ids] + torch.where(i % 2 == 0, angle.sin(), angle.cos()).to(E.dtype) + S[types], params)
