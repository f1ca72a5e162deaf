"""3.10 cross_attention: wrong answers that are not listed; none may get a false name."""

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


@unlisted("cross_attention", "generic:sign")
def cross_negated(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    hidden = None if memory_mask is None else memory_mask[:, None, :]
    return -attention(x_dec @ W_q, memory @ W_k, memory @ W_v, hidden)[0]


@unlisted("cross_attention")
def cross_over_root_of_source(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    hidden = None if memory_mask is None else memory_mask[:, None, :]
    q = x_dec @ W_q * math.sqrt(x_dec.size(-1) / memory.size(1))
    return attention(q, memory @ W_k, memory @ W_v, hidden)[0]


@unlisted("cross_attention", "raw_values")
def cross_values_unprojected(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    hidden = None if memory_mask is None else memory_mask[:, None, :]
    return attention(x_dec @ W_q, memory @ W_k, memory, hidden)[0]


INF = float("inf")


def scores_of(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))


def crossed(Q, K, V, mask):
    scores = scores_of(Q, K)
    return F.softmax(scores if mask is None else scores.masked_fill(~mask.unsqueeze(1), -INF), dim=-1) @ V


@unlisted("cross_attention", "missing_scale")
def cross_attention_unscaled(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    Q = x_dec @ W_q * math.sqrt(x_dec.size(-1))
    return crossed(Q, memory @ W_k, memory @ W_v, memory_mask)


@unlisted("cross_attention", "mask_inverted")
def cross_attention_mask_inverted(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q, memory @ W_k, memory @ W_v, None if memory_mask is None else ~memory_mask)


@unlisted("cross_attention", "matrices_transposed")
def cross_attention_linear(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # matrices applied as in nn.Linear
    return crossed(F.linear(x_dec, W_q), F.linear(memory, W_k), F.linear(memory, W_v), memory_mask)


@unlisted("cross_attention")
def cross_attention_query_matrix_transposed(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q.T, memory @ W_k, memory @ W_v, memory_mask)


@unlisted("cross_attention", "keys_and_values_swapped")
def cross_attention_keys_and_values_swapped(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q, memory @ W_v, memory @ W_k, memory_mask)


@unlisted("cross_attention", "raw_values")
def cross_attention_raw_values(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q, memory @ W_k, memory, memory_mask)


@unlisted("cross_attention")
def cross_attention_raw_keys(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q, memory, memory @ W_v, memory_mask)


@unlisted("cross_attention")
def cross_attention_residual(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return x_dec + crossed(x_dec @ W_q, memory @ W_k, memory @ W_v, memory_mask)


@unlisted("cross_attention")
def cross_attention_pair(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # weights returned as well
    Q, K, V = x_dec @ W_q, memory @ W_k, memory @ W_v
    scores = scores_of(Q, K)
    scores = scores if memory_mask is None else scores.masked_fill(~memory_mask.unsqueeze(1), -INF)
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


@unlisted("cross_attention")
def cross_attention_softmax_over_queries(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    scores = scores_of(x_dec @ W_q, memory @ W_k)
    scores = scores if memory_mask is None else scores.masked_fill(~memory_mask.unsqueeze(1), -1e9)
    return F.softmax(scores, dim=1) @ (memory @ W_v)


@unlisted("cross_attention", "masked_after_softmax")
def cross_attention_masked_after_softmax(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    weights = F.softmax(scores_of(x_dec @ W_q, memory @ W_k), dim=-1)
    weights = weights if memory_mask is None else weights * memory_mask.unsqueeze(1)
    return weights @ (memory @ W_v)


@unlisted("cross_attention")
def cross_attention_memory_zeroed(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # hidden words are zero vectors
    memory = memory if memory_mask is None else memory * memory_mask.unsqueeze(-1)
    return crossed(x_dec @ W_q, memory @ W_k, memory @ W_v, None)


@unlisted("cross_attention")
def cross_attention_first_mask(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    mask = None if memory_mask is None else memory_mask[:1]
    return crossed(x_dec @ W_q, memory @ W_k, memory @ W_v, mask)


@unlisted("cross_attention")
def cross_attention_self(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # the memory is not read
    return crossed(x_dec @ W_q, x_dec @ W_k, x_dec @ W_v, None)


@unlisted("cross_attention", "memory_mask_ignored+missing_scale")
def cross_attention_unscaled_without_mask(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # two listed mistakes
    return F.softmax(x_dec @ W_q @ (memory @ W_k).transpose(-2, -1), dim=-1) @ (memory @ W_v)


@unlisted("cross_attention")
def cross_attention_sees_later_words(x_dec, memory, W_q, W_k, W_v, memory_mask=None):  # j ≥ i
    scores = scores_of(x_dec @ W_q, memory @ W_k)
    scores = scores if memory_mask is None else scores.masked_fill(~memory_mask.unsqueeze(1), -INF)
    past = torch.ones_like(scores, dtype=torch.bool).tril(-1)
    return F.softmax(scores.masked_fill(past, -INF), dim=-1) @ (memory @ W_v)


@unlisted("cross_attention")
def cross_attention_scores_times_mask(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    scores = scores_of(x_dec @ W_q, memory @ W_k)
    scores = scores if memory_mask is None else scores * memory_mask.unsqueeze(1)
    return F.softmax(scores, dim=-1) @ (memory @ W_v)


@unlisted("cross_attention")
def cross_attention_raw_queries(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec, memory @ W_k, memory @ W_v, memory_mask)


@unlisted("cross_attention")
def cross_attention_keys_and_values_transposed(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    return crossed(x_dec @ W_q, memory @ W_k.T, memory @ W_v.T, memory_mask)
