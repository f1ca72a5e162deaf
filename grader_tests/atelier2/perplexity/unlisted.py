"""2.12 perplexity: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

from attentif.exercises.unlisted import unlisted

from .oracle import bits_per_character, perplexity


@unlisted("perplexity")
def perplexity_harmonic(nll_sums, token_counts):  # harmonic mean of batches' perplexities
    return 1 / (nll_sums / -token_counts).exp().mean().item()


@unlisted("perplexity")
def perplexity_first_batch(nll_sums, token_counts):
    return math.exp(nll_sums[0].item() / token_counts[0].item())


@unlisted("perplexity")
def perplexity_last_batch(nll_sums, token_counts):
    for s, n in zip(nll_sums.tolist(), token_counts.tolist(), strict=True):
        value = math.exp(s / n)
    return value


@unlisted("perplexity")
def perplexity_weighted_by_surprise(nll_sums, token_counts):
    return math.exp(((nll_sums / token_counts) * nll_sums).sum().item() / max(nll_sums.sum().item(), 1e-9))


@unlisted("perplexity")
def perplexity_per_batch_list(nll_sums, token_counts):
    return (nll_sums / token_counts).exp()


@unlisted("perplexity")
def perplexity_one_less(nll_sums, token_counts):  # the first token of each batch is not predicted
    return math.exp(nll_sums.sum().item() / (token_counts - 1).clamp(min=1).sum().item())


@unlisted("perplexity", "generic:offset")
def perplexity_minus_one(nll_sums, token_counts):
    return math.expm1(nll_sums.sum().item() / token_counts.sum().item())


@unlisted("perplexity")
def perplexity_divided_by_largest(nll_sums, token_counts):  # as if all batches were full
    return math.exp(nll_sums.sum().item() / (len(token_counts) * token_counts.max().item()))


@unlisted("bits_per_character")
def bits_per_character_log_of_nats(nll_sum, n_characters):
    return math.log2(max(nll_sum / n_characters, 1e-9))


@unlisted("bits_per_character", "generic:factor")
def bits_per_character_bytes(nll_sum, n_characters):
    return bits_per_character(nll_sum, n_characters) / 8


@unlisted("bits_per_character", "exponential_per_character")
def bits_per_character_perplexity(nll_sum, n_characters):  # two to that power
    return 2 ** bits_per_character(nll_sum, n_characters)


@unlisted("bits_per_character")
def bits_per_character_one_less(nll_sum, n_characters):
    return bits_per_character(nll_sum, max(1, n_characters - 1)) if n_characters > 1 else 0.0


@unlisted("bits_per_character")
def bits_per_character_rounded(nll_sum, n_characters):
    return round(bits_per_character(nll_sum, n_characters), 2)


@unlisted("bits_per_character", "generic:factor")
def bits_per_character_decimal(nll_sum, n_characters):
    return nll_sum / math.log(10) / n_characters


@unlisted("perplexity")
def perplexity_of_batches(nll_sums, token_counts):  # the number of batches for the number of tokens, twice
    return perplexity(nll_sums / len(nll_sums), token_counts)


@unlisted("perplexity", "weighted_mean_of_perplexities")
def perplexity_weighted_exponentials(nll_sums, token_counts):  # batches' perplexities, weighted by their tokens
    return ((nll_sums / token_counts).exp() * token_counts / token_counts.sum()).sum().item()


@unlisted("perplexity", "mean_of_batch_means")
def perplexity_geometric_of_batches(nll_sums, token_counts):  # without weights
    return (nll_sums / token_counts).exp().log().mean().exp().item()


@unlisted("perplexity")
def perplexity_of_the_median_batch(nll_sums, token_counts):
    return (nll_sums / token_counts).quantile(0.5).exp().item()
