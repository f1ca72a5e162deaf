"""2.12 perplexity, bits_per_character: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import numpy as np
import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def perplexity_in_base_two(nll_sums, token_counts):
    n = int(torch.sum(token_counts))
    if n == 0 or bool((token_counts < 0).any()):
        raise ValueError("nothing to measure")
    return float(2 ** (torch.sum(nll_sums / math.log(2)) / n))


def perplexity_in_a_loop(nll_sums, token_counts):
    surprise, n = 0.0, 0
    for s, c in zip(nll_sums.tolist(), token_counts.tolist(), strict=True):
        if c < 0:
            raise ValueError(c)
        surprise += s
        n += c
    if n == 0:
        raise ValueError("nothing to measure")
    return np.exp(surprise / n).item()


def perplexity_weighted(nll_sums, token_counts):
    if token_counts.sum() == 0 or token_counts.min() < 0:
        raise ValueError("nothing to measure")
    seen = token_counts > 0
    weights = token_counts[seen].double() / token_counts.sum()
    return torch.exp((weights * (nll_sums[seen] / token_counts[seen])).sum()).item()


def bits_by_log2(nll_sum, n_characters):
    if not n_characters > 0:
        raise ValueError("an empty text")
    return nll_sum * math.log2(math.e) / n_characters


def bits_of_a_tensor(nll_sum, n_characters):
    if n_characters < 1:
        raise ValueError("an empty text")
    return (torch.tensor(nll_sum, dtype=torch.float64) / (n_characters * torch.tensor(2.0).double().log())).item()


RETURN = "math.exp(float(nll_sums.sum()) / total)"
BITS = "nll_sum / math.log(2) / n_characters"

MISTAKES = (
    mistake("mean_of_perplexities", edit(RETURN, "float(torch.exp(nll_sums / token_counts).mean())")),
    mistake(
        "weighted_mean_of_perplexities",
        edit(RETURN, "float((token_counts * torch.exp(nll_sums / token_counts)).sum()) / total"),
    ),
    mistake("mean_of_batch_means", edit(RETURN, "math.exp(float((nll_sums / token_counts).mean()))")),
    mistake("mean_of_batch_sums", edit(RETURN, "math.exp(float(nll_sums.mean()))")),
    mistake("exponential_of_the_sum", edit(RETURN, "math.exp(float(nll_sums.sum()))")),
    mistake("base_two", edit(RETURN, "2 ** (float(nll_sums.sum()) / total)")),
    mistake("no_exponential", edit(RETURN, "float(nll_sums.sum()) / total")),
    mistake("inverse", edit(RETURN, "math.exp(-float(nll_sums.sum()) / total)")),
    mistake("nats_per_character", edit(BITS, "nll_sum / n_characters")),
    mistake("multiplied_by_ln_2", edit(BITS, "nll_sum * math.log(2) / n_characters")),
    mistake("not_per_character", edit(BITS, "nll_sum / math.log(2)")),
    mistake("characters_per_bit", edit(BITS, "n_characters / (nll_sum / math.log(2))")),
    mistake("exponential_per_character", edit(BITS, "2 ** (nll_sum / math.log(2) / n_characters)")),
    mistake("divided_by_two", edit(BITS, "nll_sum / 2 / n_characters")),
)

EQUIVALENTS = (
    equivalent("in_base_two", defines={"perplexity": perplexity_in_base_two, "bits_per_character": bits_by_log2}),
    equivalent("in_a_loop", defines={"perplexity": perplexity_in_a_loop}),
    equivalent("weighted", defines={"perplexity": perplexity_weighted, "bits_per_character": bits_of_a_tensor}),
)
