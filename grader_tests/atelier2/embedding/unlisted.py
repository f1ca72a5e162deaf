"""2.4 embedding: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch

from attentif.exercises.unlisted import unlisted

from .oracle import embed_backward


@unlisted("embed", "scaled_by_root_d")
def embed_times_root(ids, E):  # as in Vaswani et al.
    return E[ids] * math.sqrt(E.size(1))


@unlisted("embed", "off_by_one")
def embed_next_row(ids, E):
    return E[(ids + 1) % len(E)]


@unlisted("embed", "flattened")
def embed_flat(ids, E):
    return E[ids.flatten()]


@unlisted("embed")
def embed_normalised(ids, E):
    return E[ids] / E[ids].norm(dim=-1, keepdim=True)


@unlisted("embed", "time_first")
def embed_time_first(ids, E):
    return E[ids.T]


@unlisted("embed")
def embed_zero_is_padding(ids, E):
    return E[ids] * (ids != 0).unsqueeze(-1)


@unlisted("embed")
def embed_detached(ids, E):
    return E.detach()[ids].clone()


@unlisted("embed_backward", "mean_of_occurrences")
def embed_backward_mean_of_rows(ids, dY, V, padding_idx=None):  # divided by how often the id comes
    times = torch.bincount(ids.flatten(), minlength=V).clamp(min=1)
    return embed_backward(ids, dY, V, padding_idx) / times[:, None]


@unlisted("embed_backward", "generic:factor", "generic:mean_for_sum")
def embed_backward_mean_of_sentences(ids, dY, V, padding_idx=None):
    return embed_backward(ids, dY, V, padding_idx) / len(ids)


@unlisted("embed_backward")
def embed_backward_last_sentence(ids, dY, V, padding_idx=None):  # dE made anew in the loop
    return embed_backward(ids[-1:], dY[-1:], V, padding_idx)


@unlisted("embed_backward")
def embed_backward_sums_per_sentence_overwritten(ids, dY, V, padding_idx=None):  # += with an index, per sentence
    dE = torch.zeros(V, dY.size(-1), dtype=dY.dtype)
    for row, slopes in zip(ids, dY, strict=True):
        dE[row] += slopes
    if padding_idx is not None:
        dE[padding_idx] = 0
    return dE


@unlisted("embed_backward", "generic:except_last")
def embed_backward_padding_negative(ids, dY, V, padding_idx=None):  # the last row is always cleared
    dE = embed_backward(ids, dY, V, padding_idx)
    dE[-1 if padding_idx is None else padding_idx] = 0
    return dE


@unlisted("embed_backward", "generic:except_first")
def embed_backward_zero_is_padding_always(ids, dY, V, padding_idx=None):
    dE = embed_backward(ids, dY, V, padding_idx)
    dE[0] = 0
    return dE


@unlisted("embed_backward", "generic:except_first")
def embed_backward_padding_if_truthy(ids, dY, V, padding_idx=None):
    dE = embed_backward(ids, dY, V)
    if padding_idx:
        dE[padding_idx] = 0
    return dE


@unlisted("embed_backward")
def embed_backward_padding_column(ids, dY, V, padding_idx=None):
    dE = embed_backward(ids, dY, V)
    if padding_idx is not None:
        dE[:, padding_idx % dE.size(1)] = 0
    return dE


@unlisted("embed_backward")
def embed_backward_absolute(ids, dY, V, padding_idx=None):
    return embed_backward(ids, dY.abs(), V, padding_idx)
