"""3.14 attention_analysis: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted


def entropy(weights, mask=None):
    if mask is not None:
        weights = weights.masked_fill(~mask[:, None, None, :], 0.0)
        total = weights.sum(dim=-1, keepdim=True)
        weights = weights / total.masked_fill(total == 0, 1.0)
    return -torch.special.xlogy(weights, weights).sum(dim=-1)


def rollout(A, residual=0.5):
    eye = torch.eye(A.size(-1), dtype=A.dtype)
    found = eye.expand(A.size(1), -1, -1)
    for layer in A.mean(dim=2):
        found = (layer * (1 - residual) + eye * residual) @ found
    return found


@unlisted("attention_entropy", "generic:factor")
def entropy_in_decimal_digits(weights, mask=None):
    return entropy(weights, mask) / math.log(10)


@unlisted("attention_entropy")
def entropy_as_perplexity(weights, mask=None):
    return entropy(weights, mask).exp()


@unlisted("attention_entropy")
def entropy_as_gini(weights, mask=None):
    return 1 - (weights**2).sum(dim=-1)


@unlisted("attention_entropy", "generic:transposed")
def entropy_heads_last(weights, mask=None):
    return entropy(weights, mask).transpose(1, 2)


@unlisted("attention_rollout", "generic:transposed")
def rollout_transposed(A):
    return rollout(A).transpose(-1, -2)


@unlisted("attention_rollout")
def rollout_with_little_residual(A):
    return rollout(A, residual=0.1)


INF = float("inf")


def real_weights(weights, mask):
    if mask is None:
        return weights
    weights = weights.masked_fill(~mask[:, None, None, :], 0.0)
    total = weights.sum(dim=-1, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)


def entropy_of(weights):
    return -torch.special.xlogy(weights, weights).sum(dim=-1)


@unlisted("attention_entropy", "generic:factor")
def attention_entropy_decimal(weights, mask=None):  # log10
    return entropy_of(real_weights(weights, mask)) / math.log(10)


@unlisted("attention_entropy", "divided_by_log_t_k")
def attention_entropy_normalised(weights, mask=None):  # between 0 and 1: divided by ln T_k
    return entropy_of(real_weights(weights, mask)) / math.log(weights.size(-1))


@unlisted("attention_entropy")
def attention_entropy_number_of_keys(weights, mask=None):  # exp(H)
    return entropy_of(real_weights(weights, mask)).exp()


@unlisted("attention_entropy")
def attention_entropy_mask_inverted(weights, mask=None):
    return entropy_of(real_weights(weights, None if mask is None else ~mask))


@unlisted("attention_entropy")
def attention_entropy_mask_on_queries(weights, mask=None):
    if mask is not None and mask.size(-1) == weights.size(-2):
        weights = weights.masked_fill(~mask[:, None, :, None], 0.0)
    return entropy_of(weights)


@unlisted("attention_entropy")
def attention_entropy_large_epsilon(weights, mask=None):  # log(p + 1e-3)
    weights = real_weights(weights, mask)
    return -(weights * torch.log(weights + 1e-3)).sum(dim=-1)


@unlisted("attention_entropy")
def attention_entropy_divided_by_count(weights, mask=None):  # by the number of real words, not by their weight
    if mask is not None:
        weights = weights.masked_fill(~mask[:, None, None, :], 0.0) / mask.sum(dim=-1)[:, None, None, None]
    return entropy_of(weights)


@unlisted("attention_entropy")
def attention_entropy_softmax_again(weights, mask=None):  # renormalises by a softmax
    if mask is not None:
        weights = F.softmax(weights.masked_fill(~mask[:, None, None, :], -INF), dim=-1)
    return entropy_of(torch.nan_to_num(weights))


@unlisted("attention_entropy", "generic:nan")
def attention_entropy_empty_rows(weights, mask=None):  # 0 / 0 on rows without weight
    if mask is not None:
        weights = weights * mask[:, None, None, :]
        weights = weights / weights.sum(dim=-1, keepdim=True)
    return entropy_of(weights)


@unlisted("attention_entropy")
def attention_entropy_of_mean_weights(weights, mask=None):  # heads averaged before
    weights = real_weights(weights, mask)
    return entropy_of(weights.mean(dim=1, keepdim=True).expand_as(weights))


@unlisted("attention_entropy")
def attention_entropy_binary(weights, mask=None):  # adds (1 − p) ln (1 − p)
    weights = real_weights(weights, mask)
    return entropy_of(weights) + entropy_of(1 - weights)


@unlisted("attention_entropy")
def attention_entropy_largest_term(weights, mask=None):
    weights = real_weights(weights, mask)
    return -torch.log(weights.amax(dim=-1).masked_fill(weights.sum(dim=-1) == 0, 1.0))


@unlisted("attention_entropy", "bits+padding_counted")
def attention_entropy_bits_unmasked(weights, mask=None):  # two listed mistakes
    return entropy_of(weights) / math.log(2)


def halves(A):
    return A.mean(dim=2) / 2 + torch.eye(A.size(-1), dtype=A.dtype) / 2


def product(layers):
    result = layers[0]
    for layer in layers[1:]:
        result = layer @ result
    return result


@unlisted("attention_rollout", "mean_of_layers")
def attention_rollout_mean_of_layers(A):
    return halves(A).mean(dim=0)


@unlisted("attention_rollout", "sum_of_layers")
def attention_rollout_sum_of_layers(A):
    return halves(A).sum(dim=0)


@unlisted("attention_rollout")
def attention_rollout_first_layer_forgotten(A):
    eye = torch.eye(A.size(-1), dtype=A.dtype).expand(A.size(1), -1, -1)
    return product([eye, *halves(A)[1:]])


@unlisted("attention_rollout")
def attention_rollout_first_layer_twice(A):
    return product([halves(A)[0], *halves(A)])


@unlisted("attention_rollout")
def attention_rollout_heads_summed(A):
    return product(A.sum(dim=2) / 2 + torch.eye(A.size(-1), dtype=A.dtype) / 2)


@unlisted("attention_rollout")
def attention_rollout_precedence(A):  # A / 2 + I
    return product(A.mean(dim=2) / 2 + torch.eye(A.size(-1), dtype=A.dtype))


@unlisted("attention_rollout", "generic:transposed")
def attention_rollout_transposed(A):
    return product(halves(A)).transpose(-2, -1)


@unlisted("attention_rollout")
def attention_rollout_ones(A):  # ½ everywhere instead of ½ on the diagonal
    return product(A.mean(dim=2) / 2 + torch.ones(A.size(-1), A.size(-1), dtype=A.dtype) / 2)


@unlisted("attention_rollout")
def attention_rollout_first_sentence(A):
    return product(halves(A))[:1].expand(A.size(1), -1, -1)


@unlisted("attention_rollout")
def attention_rollout_nine_tenths(A):  # weights 0.9 and 0.1
    return product(0.9 * A.mean(dim=2) + 0.1 * torch.eye(A.size(-1), dtype=A.dtype))


@unlisted("attention_rollout", "order_reversed+heads_maximised")
def attention_rollout_reversed_maximum(A):  # two listed mistakes
    return product((A.amax(dim=2) / 2 + torch.eye(A.size(-1), dtype=A.dtype) / 2).flip(0))


@unlisted("attention_entropy")
def attention_entropy_first_mask(weights, mask=None):
    return entropy_of(real_weights(weights, None if mask is None else mask[:1]))


@unlisted("attention_rollout")
def attention_rollout_last_two(A):
    return product(halves(A)[-2:])


@unlisted("attention_rollout")
def attention_rollout_first_head(A):
    return product(A[:, :, 0] / 2 + torch.eye(A.size(-1), dtype=A.dtype) / 2)


@unlisted("attention_rollout")
def attention_rollout_first_layer_only(A):
    return halves(A)[0]


@unlisted("attention_rollout")
def attention_rollout_mean_without_identity(A):
    return A.mean(dim=(0, 2))
