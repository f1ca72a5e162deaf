"""3.2 additive_attention: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted


def additive(q, K, Wq, Wk, v, mask=None, activation=torch.tanh, temperature=1.0):
    energies = activation((q @ Wq).unsqueeze(1) + K @ Wk) @ v / temperature
    if mask is not None:
        energies = energies.masked_fill(~mask, float("-inf"))
    weights = F.softmax(energies, dim=-1)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


@unlisted("additive_attention", "generic:outputs_swapped")
def additive_weights_first(q, K, Wq, Wk, v, mask=None):
    return additive(q, K, Wq, Wk, v, mask)[::-1]


@unlisted("additive_attention", "sigmoid_for_tanh")
def additive_with_sigmoid(q, K, Wq, Wk, v, mask=None):
    return additive(q, K, Wq, Wk, v, mask, torch.sigmoid)


@unlisted("additive_attention", "generic:shape")
def additive_weights_with_an_axis(q, K, Wq, Wk, v, mask=None):
    context, weights = additive(q, K, Wq, Wk, v, mask)
    return context, weights.unsqueeze(1)


@unlisted("additive_attention")
def additive_scaled(q, K, Wq, Wk, v, mask=None):
    return additive(q, K, Wq, Wk, v, mask, temperature=math.sqrt(v.numel()))


@unlisted("additive_attention")
def additive_plain_mean(q, K, Wq, Wk, v, mask=None):
    return K.mean(dim=1), additive(q, K, Wq, Wk, v, mask)[1]


INF = float("inf")


def additive_again(q, K, Wq, Wk, v, mask, hidden=None, divisor=1.0, fill=-INF):
    hidden = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) if hidden is None else hidden
    energies = hidden @ v / divisor
    return energies if mask is None else energies.masked_fill(~mask, fill)


def mixed(weights, K):
    return (weights.unsqueeze(1) @ K).squeeze(1)


@unlisted("additive_attention")
def additive_attention_product(q, K, Wq, Wk, v, mask=None):  # multiplies both projections
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, mask, torch.tanh((q @ Wq).unsqueeze(1) * (K @ Wk))), dim=-1)
    return mixed(weights, K), weights


@unlisted("additive_attention")
def additive_attention_two_tangents(q, K, Wq, Wk, v, mask=None):  # tanh(qWq) + tanh(KWk)
    hidden = torch.tanh(q @ Wq).unsqueeze(1) + torch.tanh(K @ Wk)
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, mask, hidden), dim=-1)
    return mixed(weights, K), weights


@unlisted("additive_attention", "sigmoid_for_tanh")
def additive_attention_sigmoid(q, K, Wq, Wk, v, mask=None):
    hidden = torch.sigmoid((q @ Wq).unsqueeze(1) + K @ Wk)
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, mask, hidden), dim=-1)
    return mixed(weights, K), weights


@unlisted("additive_attention")
def additive_attention_scaled(q, K, Wq, Wk, v, mask=None):  # √d_a, as for scalar products
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, mask, divisor=math.sqrt(v.numel())), dim=-1)
    return mixed(weights, K), weights


@unlisted("additive_attention", "generic:outputs_swapped")
def additive_attention_order_of_results(q, K, Wq, Wk, v, mask=None):
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, mask), dim=-1)
    return weights, mixed(weights, K)


@unlisted("additive_attention")
def additive_attention_whole_batch(q, K, Wq, Wk, v, mask=None):  # one softmax over all sentences
    energies = additive_again(q, K, Wq, Wk, v, mask)
    weights = F.softmax(energies.flatten(), dim=0).view_as(energies)
    return mixed(weights, K), weights


@unlisted("additive_attention", "masked_with_zero")
def additive_attention_tiny_fill(q, K, Wq, Wk, v, mask=None):  # −1e-9 for −1e9
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, mask, fill=-1e-9), dim=-1)
    return mixed(weights, K), weights


@unlisted("additive_attention")
def additive_attention_fill_minus_three(q, K, Wq, Wk, v, mask=None):  # not low enough
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, mask, fill=-3.0), dim=-1)
    return mixed(weights, K), weights


@unlisted("additive_attention", "softmax_twice")
def additive_attention_softmax_twice(q, K, Wq, Wk, v, mask=None):
    weights = F.softmax(F.softmax(additive_again(q, K, Wq, Wk, v, mask), dim=-1), dim=-1)
    return mixed(weights, K), weights


@unlisted("additive_attention")
def additive_attention_projected_values(q, K, Wq, Wk, v, mask=None):  # mixes K·Wk
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, mask), dim=-1)
    return mixed(weights, K @ Wk), weights


@unlisted("additive_attention")
def additive_attention_hardest_key(q, K, Wq, Wk, v, mask=None):  # the best key alone
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, mask), dim=-1)
    return K[torch.arange(K.size(0)), weights.argmax(dim=-1)], weights


@unlisted("additive_attention", "generic:mean_for_sum")
def additive_attention_mean_context(q, K, Wq, Wk, v, mask=None):  # mean over T of weighted keys
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, mask), dim=-1)
    return (weights.unsqueeze(-1) * K).mean(dim=1), weights


@unlisted("additive_attention", "relu_energies+padding_attended")
def additive_attention_relu_without_mask(q, K, Wq, Wk, v, mask=None):  # two listed mistakes
    weights = F.softmax(torch.relu((q @ Wq).unsqueeze(1) + K @ Wk) @ v, dim=-1)
    return mixed(weights, K), weights


@unlisted("additive_attention")
def additive_attention_tangent_everywhere(q, K, Wq, Wk, v, mask=None):  # tanh before v, and again after
    energies = torch.tanh(torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v)
    if mask is not None:
        energies = energies.masked_fill(~mask, -INF)
    weights = F.softmax(energies, dim=-1)
    return mixed(weights, K), weights


@unlisted("additive_attention")
def additive_attention_first_mask(q, K, Wq, Wk, v, mask=None):  # the first sentence's mask for all
    mask = None if mask is None else mask[0]
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, mask), dim=-1)
    return mixed(weights, K), weights


@unlisted("additive_attention")
def additive_attention_keys_masked(q, K, Wq, Wk, v, mask=None):  # zeroes the keys, not the energies
    K = K if mask is None else K * mask.unsqueeze(-1)
    weights = F.softmax(additive_again(q, K, Wq, Wk, v, None), dim=-1)
    return mixed(weights, K), weights
