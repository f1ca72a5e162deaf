"""2.12 perplexity, bits_per_character: one mean over all tokens, then the exponential.

Batches have different sizes, and different surprises, so that the order of mean and exponential shows.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def perplexity(nll_sums, token_counts):
    """Exponential of the mean surprise of all tokens.

    nll_sums (n,): for each batch, the sum of the surprises in nats; token_counts (n,): how many they are -> float.
    """
    total = int(token_counts.sum())
    if total <= 0 or token_counts.min() < 0:
        raise ValueError("no token was predicted")
    return math.exp(float(nll_sums.sum()) / total)


def bits_per_character(nll_sum, n_characters):
    """Surprise of a whole text, in bits, for each of its characters.

    nll_sum: surprise of the text, in nats; n_characters: its length -> float.
    """
    if n_characters <= 0:
        raise ValueError("a text without characters")
    return nll_sum / math.log(2) / n_characters


def independent_perplexity(nll_sums, token_counts):
    """The geometric mean of the batches' perplexities, weighted by their tokens."""
    n = token_counts.numpy()
    each = np.exp(nll_sums.numpy() / n)
    return float(np.prod(each ** (n / n.sum())))


def independent_bits_per_character(nll_sum, n_characters):
    """The probability of the text, in base 2."""
    return -math.log2(math.exp(-nll_sum / n_characters))


def measure(name, sums, counts):
    inputs = {
        "nll_sums": torch.as_tensor(sums, dtype=torch.float64),
        "token_counts": torch.as_tensor(counts, dtype=torch.long),
    }
    return Case(name, Call("perplexity", inputs), {"n": len(counts)})


def of_text(name, nll_sum, n_characters):
    return Case(name, Call("bits_per_character", {"nll_sum": float(nll_sum), "n_characters": int(n_characters)}))


def public():
    return [
        measure("worked_example", [8 * math.log(2), math.log(32)], [8, 1]),
        measure("one_batch", [6.0], [4]),
        measure("equal_batches", [3.0, 9.0, 6.0], [3, 3, 3]),
        measure("uneven_batches", [2.0, 12.0, 30.0], [4, 6, 10]),
        of_text("worked_example", 10 * math.log(2), 4),
        of_text("long_text", 80_000.0, 60_000),
    ]


def draw(rng):
    def batches(n):
        counts = rng.permutation(np.arange(2, 2 + 7 * n, 7))
        return rng.uniform(0.3, 4.0, size=n) * counts, counts

    n = int(rng.integers(4, 7))
    one = int(rng.integers(5, 12))
    sums, counts = batches(n)
    return [
        measure("batches", sums, counts),
        measure("two_batches", *batches(2)),
        measure("equal_counts", rng.uniform(5, 40, size=n), [one] * n),
        measure("one_batch", [float(rng.uniform(5, 30))], [one]),
        measure("no_surprise", [0.0, 0.0], [3, one]),
        of_text("text", rng.uniform(50, 200), rng.integers(40, 120)),
        of_text("long_text", rng.uniform(1e5, 2e5), rng.integers(50_000, 90_000)),
        of_text("one_character", rng.uniform(1, 6), 1),
    ]


EXERCISE = Exercise(
    name="perplexity",
    atelier="atelier2",
    number="2.12",
    title=Text("Perplexité et bits par caractère", "Perplexity and bits per character"),
    points=3,
    functions=(
        Function("perplexity", "(nll_sums, token_counts)", (Output("perplexity"),)),
        Function("bits_per_character", "(nll_sum, n_characters)", (Output("bits"),)),
    ),
    reference={"perplexity": perplexity, "bits_per_character": bits_per_character},
    independent={"perplexity": independent_perplexity, "bits_per_character": independent_bits_per_character},
    public=public,
    draw=draw,
)
