"""3.6 attention_backward: wrong answers that are not listed; none may get a false name."""

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


def backward(Q, K, V, dO, mask=None):
    Q, K, V = (x.detach().clone().requires_grad_() for x in (Q, K, V))
    return torch.autograd.grad(attention(Q, K, V, mask)[0], (Q, K, V), dO)


@unlisted("attention_backward", "generic:sign")
def backward_negated(Q, K, V, dO, mask=None):
    return tuple(-g for g in backward(Q, K, V, dO, mask))


@unlisted("attention_backward", "generic:outputs_swapped")
def backward_keys_first(Q, K, V, dO, mask=None):
    dQ, dK, dV = backward(Q, K, V, dO, mask)
    return dK, dQ, dV


@unlisted("attention_backward", "generic:factor")
def backward_query_doubled(Q, K, V, dO, mask=None):
    dQ, dK, dV = backward(Q, K, V, dO, mask)
    return 2 * dQ, dK, dV


@unlisted("attention_backward")
def backward_different_factors(Q, K, V, dO, mask=None):
    dQ, dK, dV = backward(Q, K, V, dO, mask)
    return 2 * dQ, 3 * dK, dV


@unlisted("attention_backward")
def backward_values_of_doubled_scores(Q, K, V, dO, mask=None):
    dQ, dK, _ = backward(Q, K, V, dO, mask)
    return dQ, dK, backward(2 * Q, K, V, dO, mask)[2]


INF = float("inf")


def scores_of(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))


def hidden_scores(Q, K, mask):
    scores = scores_of(Q, K)
    return scores if mask is None else scores.masked_fill(~mask, -INF)


def attention_backward_parts(Q, K, V, dO, mask):
    A = F.softmax(hidden_scores(Q, K, mask), dim=-1)
    return A, A.transpose(-2, -1) @ dO, dO @ V.transpose(-2, -1), 1 / math.sqrt(Q.size(-1))


@unlisted("attention_backward", "generic:outputs_swapped")
def attention_backward_order_of_results(Q, K, V, dO, mask=None):  # dK first
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS.transpose(-2, -1) @ Q * scale, dS @ K * scale, dV


@unlisted("attention_backward", "generic:sign")
def attention_backward_opposite(Q, K, V, dO, mask=None):  # A∘(mean − dA)
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * ((A * dA).sum(dim=-1, keepdim=True) - dA)
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unlisted("attention_backward")
def attention_backward_outer_weight_missing(Q, K, V, dO, mask=None):  # A∘dA − Σ A∘dA
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * dA - (A * dA).sum(dim=-1, keepdim=True)
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unlisted("attention_backward", "mean_divided_by_t_k")
def attention_backward_mean_of_keys(Q, K, V, dO, mask=None):  # mean instead of sum
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).mean(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unlisted("attention_backward", "plain_mean")
def attention_backward_plain_mean(Q, K, V, dO, mask=None):  # the mean without weights
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - dA.mean(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unlisted("attention_backward", "mean_missing")
def attention_backward_no_mean(Q, K, V, dO, mask=None):  # dS = A∘dA
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * dA
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unlisted("attention_backward", "generic:factor")
def attention_backward_scale_on_queries_only(Q, K, V, dO, mask=None):  # dK without the scale
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q, dV


@unlisted("attention_backward", "scale_missing_forward")
def attention_backward_scale_missing_forward(Q, K, V, dO, mask=None):
    scores = Q @ K.transpose(-2, -1)
    A = F.softmax(scores if mask is None else scores.masked_fill(~mask, -INF), dim=-1)
    dA, scale = dO @ V.transpose(-2, -1), 1 / math.sqrt(Q.size(-1))
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, A.transpose(-2, -1) @ dO


@unlisted("attention_backward")
def attention_backward_mask_on_return_only(Q, K, V, dO, mask=None):  # A without mask, dS masked
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, None)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    dS = dS if mask is None else dS.masked_fill(~mask, 0.0)
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unlisted("attention_backward")
def attention_backward_mask_inverted(Q, K, V, dO, mask=None):
    scores = scores_of(Q, K)
    A = F.softmax(scores if mask is None else scores.masked_fill(mask, -1e9), dim=-1)
    dA, scale = dO @ V.transpose(-2, -1), 1 / math.sqrt(Q.size(-1))
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, A.transpose(-2, -1) @ dO


@unlisted("attention_backward", "generic:nan")
def attention_backward_minus_infinity_on_return(Q, K, V, dO, mask=None):  # dS filled with −∞
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    dS = dS if mask is None else dS.masked_fill(~mask, -INF)
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unlisted("attention_backward", "generic:factor")
def attention_backward_value_scaled(Q, K, V, dO, mask=None):  # all three divided by √d_k
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV * scale


@unlisted("attention_backward")
def attention_backward_root_of_values(Q, K, V, dO, mask=None):  # √d_v on the way back
    A, dV, dA, _ = attention_backward_parts(Q, K, V, dO, mask)
    dS, scale = A * (dA - (A * dA).sum(dim=-1, keepdim=True)), 1 / math.sqrt(V.size(-1))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unlisted("attention_backward", "diagonal_jacobian+scale_missing_backward")
def attention_backward_diagonal_unscaled(Q, K, V, dO, mask=None):  # two listed mistakes
    A, dV, dA, _ = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (1 - A) * dA
    return dS @ K, dS.transpose(-2, -1) @ Q, dV


@unlisted("attention_backward")
def attention_backward_first_mask(Q, K, V, dO, mask=None):
    mask = mask[:1] if mask is not None and mask.dim() > 2 else mask
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV


@unlisted("attention_backward", "generic:outputs_swapped")
def attention_backward_last_two_swapped(Q, K, V, dO, mask=None):  # dV before dK
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dV, dS.transpose(-2, -1) @ Q * scale


@unlisted("attention_backward")
def attention_backward_fixed_two(Q, K, V, dO, mask=None):
    A, dV, dA, _ = attention_backward_parts(Q, K, V, dO, mask)
    dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True))
    return dS @ K / 2, dS.transpose(-2, -1) @ Q / 2, dV


@unlisted("attention_backward")
def attention_backward_mean_of_real_keys(Q, K, V, dO, mask=None):  # the mean without weights, over visible keys
    A, dV, dA, scale = attention_backward_parts(Q, K, V, dO, mask)
    seen = torch.ones_like(A) if mask is None else mask.expand_as(A).to(A.dtype)
    dS = A * (dA - (seen * dA).sum(dim=-1, keepdim=True) / seen.sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, dV
