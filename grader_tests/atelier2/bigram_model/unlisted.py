"""2.3 bigram_model: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch

from attentif.exercises.unlisted import unlisted


def counts_of(ids, V):
    return torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double()


@unlisted("bigram_probabilities")
def bigram_probabilities_mixed_with_uniform(ids, V, alpha):  # counts of 0 divided by 1
    counts = counts_of(ids, V)
    return (counts / counts.sum(1, keepdim=True).clamp(min=1) + alpha / V) / (1 + alpha)


@unlisted("bigram_probabilities", "divided_by_all_pairs")
def bigram_probabilities_of_all_pairs(ids, V, alpha):  # one distribution of pairs
    counts = counts_of(ids, V) + alpha
    return counts / counts.sum()


@unlisted("bigram_probabilities")
def bigram_probabilities_softmax(ids, V, alpha):
    return torch.softmax(counts_of(ids, V) + alpha, dim=1)


@unlisted("bigram_probabilities")
def bigram_probabilities_both_directions(ids, V, alpha):
    counts = counts_of(ids, V)
    counts = counts + counts.T + alpha
    return counts / counts.sum(1, keepdim=True)


@unlisted("bigram_probabilities")
def bigram_probabilities_alpha_where_nothing(ids, V, alpha):  # alpha stands in for zeros only
    counts = counts_of(ids, V)
    counts[counts == 0] = alpha
    return counts / counts.sum(1, keepdim=True)


@unlisted("bigram_probabilities", "presence_for_count")
def bigram_probabilities_presence(ids, V, alpha):  # assignment instead of addition
    counts = torch.zeros(V, V, dtype=torch.float64)
    counts[ids[:-1], ids[1:]] = 1
    return (counts + alpha) / (counts + alpha).sum(1, keepdim=True)


@unlisted("bigram_probabilities")
def bigram_probabilities_seen_only(ids, V, alpha):  # alpha times the number of tokens met
    counts = counts_of(ids, V)
    return (counts + alpha) / (counts.sum(1, keepdim=True) + alpha * max(1, len(ids.unique())))


@unlisted("bigram_probabilities")
def bigram_probabilities_two_apart(ids, V, alpha):
    counts = torch.bincount(ids[:-2] * V + ids[2:], minlength=V * V).reshape(V, V).double()
    return (counts + alpha) / (counts + alpha).sum(1, keepdim=True)


@unlisted("bigram_probabilities")
def bigram_probabilities_logarithms(ids, V, alpha):
    counts = counts_of(ids, V) + alpha
    return torch.log(counts / counts.sum(1, keepdim=True))


@unlisted("bigram_perplexity")
def bigram_perplexity_mean_of_probabilities(P, ids):
    return 1 / P[ids[:-1], ids[1:]].mean().item()


@unlisted("bigram_perplexity", "mean_of_inverses")
def bigram_perplexity_mean_of_inverses(P, ids):
    return (1 / P[ids[:-1], ids[1:]]).mean().item()


@unlisted("bigram_perplexity", "nats_as_bits")
def bigram_perplexity_two_to_the_nats(P, ids):
    return 2 ** -torch.log(P[ids[:-1], ids[1:]]).mean().item()


@unlisted("bigram_perplexity")
def bigram_perplexity_first_token_uniform(P, ids):  # the first token is counted, at one chance in V
    total = math.log(len(P)) - torch.log(P[ids[:-1], ids[1:]]).sum().item()
    return math.exp(total / len(ids))


@unlisted("bigram_perplexity")
def bigram_perplexity_last_pair_forgotten(P, ids):
    ids = ids[:-1] if len(ids) > 2 else ids
    return math.exp(-torch.log(P[ids[:-1], ids[1:]]).mean().item())


@unlisted("bigram_perplexity")
def bigram_perplexity_median(P, ids):
    return math.exp(-torch.log(P[ids[:-1], ids[1:]]).median().item())
