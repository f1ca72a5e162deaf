"""3.1 attention_scores: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted


def scores_of(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))


@unlisted("attention_scores", "generic:offset")
def scores_plus_one(Q, K):
    return scores_of(Q, K) + 1


@unlisted("attention_scores", "generic:sign")
def scores_negated(Q, K):
    return -scores_of(Q, K)


@unlisted("attention_scores", "generic:transposed")
def scores_of_keys_by_queries(Q, K):
    return scores_of(K, Q)


@unlisted("attention_scores")
def scores_as_cosines(Q, K):
    return F.normalize(Q, dim=-1) @ F.normalize(K, dim=-1).transpose(-2, -1)


@unlisted("attention_scores")
def scores_minus_maximum(Q, K):
    scores = scores_of(Q, K)
    return scores - scores.amax(dim=-1, keepdim=True)


@unlisted("attention_scores")
def scores_over_root_of_d_plus_one(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1) + 1)


@unlisted("attention_scores", "generic:dtype")
def scores_in_half(Q, K):
    return scores_of(Q, K).half().double()


@unlisted("attention_scores", "generic:factor")
def scores_over_root_of_two_d(Q, K):
    return scores_of(Q, K) / math.sqrt(2)


@unlisted("attention_scores")
def scores_as_squared_distances(Q, K):
    return -(torch.cdist(Q, K) ** 2) / math.sqrt(Q.size(-1))


@unlisted("attention_scores")
def scores_rectified(Q, K):
    return scores_of(Q, K).relu()


@unlisted("score_variance")
def variance_of_sums(d_k, n=10_000, generator=None):
    q, k = torch.randn(n, d_k, generator=generator), torch.randn(n, d_k, generator=generator)
    return ((q + k).sum(dim=-1) / math.sqrt(d_k)).var().item()


@unlisted("attention_scores")
def attention_scores_integer_root(Q, K):  # right only when d_k is a square
    return Q @ K.transpose(-2, -1) / int(math.sqrt(Q.size(-1)))


@unlisted("attention_scores")
def attention_scores_power_before_division(Q, K):  # d ** 1 / 2 is d / 2
    return Q @ K.transpose(-2, -1) / (Q.size(-1) ** 1 / 2)


@unlisted("attention_scores", "scaled_by_number_of_queries")
def attention_scores_root_of_queries(Q, K):  # √T_q
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-2))


@unlisted("attention_scores")
def attention_scores_cosine(Q, K):  # the norms of the vectors instead of √d_k
    return F.normalize(Q, dim=-1) @ F.normalize(K, dim=-1).transpose(-2, -1)


@unlisted("attention_scores", "softmax_applied")
def attention_scores_already_softmax(Q, K):  # weights instead of scores
    return F.softmax(Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)), dim=-1)


@unlisted("attention_scores", "generic:transposed")
def attention_scores_keys_in_rows(Q, K):  # the transpose of what is wanted
    return K @ Q.transpose(-2, -1) / math.sqrt(Q.size(-1))


@unlisted("attention_scores")
def attention_scores_in_place(Q, K):  # the caller's Q is divided too
    Q /= math.sqrt(Q.size(-1))
    return Q @ K.transpose(-2, -1)


@unlisted("attention_scores")
def attention_scores_centred(Q, K):  # subtracts the row's maximum, as a stable softmax does
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    return scores - scores.amax(dim=-1, keepdim=True)


@unlisted("score_variance")
def score_variance_deviation(d_k, n=10_000, generator=None):  # standard deviation of scores without scale
    q, k = torch.randn(n, d_k, generator=generator), torch.randn(n, d_k, generator=generator)
    return (q * k).sum(dim=-1).std().item()


@unlisted("score_variance")
def score_variance_same_vector(d_k, n=10_000, generator=None):  # q against itself: variance 2
    q = torch.randn(n, d_k, generator=generator)
    return ((q * q).sum(dim=-1) / math.sqrt(d_k)).var().item()


@unlisted("score_variance")
def score_variance_absolute_products(d_k, n=10_000, generator=None):  # sums |q·k| term by term
    q, k = torch.randn(n, d_k, generator=generator), torch.randn(n, d_k, generator=generator)
    return ((q * k).abs().sum(dim=-1) / math.sqrt(d_k)).var().item()


@unlisted("score_variance")
def score_variance_uniform_unscaled(d_k, n=10_000, generator=None):  # two mistakes: torch.rand, no scale
    q, k = torch.rand(n, d_k, generator=generator), torch.rand(n, d_k, generator=generator)
    return (q * k).sum(dim=-1).var().item()


@unlisted("score_variance")
def score_variance_mean_of_products(d_k, n=10_000, generator=None):  # mean instead of variance: about 0
    q, k = torch.randn(n, d_k, generator=generator), torch.randn(n, d_k, generator=generator)
    return ((q * k).sum(dim=-1) / math.sqrt(d_k)).mean().item()


@unlisted("attention_scores")
def attention_scores_fixed_two(Q, K):  # √d_k of the example
    return Q @ K.transpose(-2, -1) / 2


@unlisted("attention_scores")
def attention_scores_fixed_eight(Q, K):  # √64
    return Q @ K.transpose(-2, -1) / 8


@unlisted("attention_scores")
def attention_scores_root_of_axis_one(Q, K):  # size(1), right only for matrices
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(1))


@unlisted("attention_scores")
def attention_scores_queries_normalised(Q, K):  # ‖q‖ instead of √d_k
    return Q @ K.transpose(-2, -1) / Q.norm(dim=-1, keepdim=True)


@unlisted("attention_scores")
def attention_scores_softmax_of_products(Q, K):  # two mistakes: no scale, weights instead of scores
    return F.softmax(Q @ K.transpose(-2, -1), dim=-1)
