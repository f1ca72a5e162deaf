"""2.3 bigram_probabilities and bigram_perplexity: the model that looks one token back."""

from __future__ import annotations

import math

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def bigram_probabilities(ids, V, alpha):
    """Probability of each token after each token, counts smoothed by alpha > 0.

    ids (N,) in 0 … V-1 -> P (V, V), row i the distribution of what follows token i.
    """
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double()  # (V, V), c_ij
    return (counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha * V)  # (V, V) / (V, 1)


def bigram_perplexity(P, ids):
    """exp of the mean surprise, in nats, of every token but the first.

    P (V, V), ids (N,) with N ≥ 2 -> a number between 1 and infinity.
    """
    if len(ids) < 2:
        raise ValueError("a perplexity needs two tokens at least")
    nll = -torch.log(P[ids[:-1], ids[1:]])  # (N - 1,)
    return math.exp(nll.mean().item())


def independent_bigram_probabilities(ids, V, alpha):
    """Row after row, in NumPy."""
    array, table = ids.numpy(), np.empty((V, V))
    for i in range(V):
        followers = array[1:][array[:-1] == i]
        table[i] = [(np.count_nonzero(followers == j) + alpha) / (followers.size + alpha * V) for j in range(V)]
    return torch.from_numpy(table)


def independent_bigram_perplexity(P, ids):
    """The geometric mean of the inverse probabilities."""
    steps = [float(P[i, j]) for i, j in zip(ids.tolist()[:-1], ids.tolist()[1:], strict=True)]
    return float(np.exp(np.mean([-np.log(p) for p in steps])))


def table_case(name, ids, V, alpha):
    return Case(
        f"table_{name}",
        Call("bigram_probabilities", {"ids": ids, "V": V, "alpha": alpha}),
        {"N": len(ids), "V": V},
    )


def perplexity_case(name, P, ids):
    return Case(f"perplexity_{name}", Call("bigram_perplexity", {"P": P, "ids": ids}), {"N": len(ids), "V": len(P)})


EXAMPLE = torch.tensor([0, 1, 0, 1, 2, 0, 1])


def public():
    P = torch.tensor([[0.25, 0.5, 0.25], [0.5, 0.25, 0.25], [0.125, 0.125, 0.75]], dtype=torch.float64)
    return [
        table_case("worked_example", EXAMPLE, 3, 1.0),
        table_case("small_alpha", torch.tensor([3, 1, 1, 3, 0, 3, 1]), 5, 0.25),
        table_case("nothing_read", torch.tensor([], dtype=torch.long), 4, 0.5),
        perplexity_case("worked_example", P, torch.tensor([0, 1, 0, 2])),
        perplexity_case("longer", P, torch.tensor([2, 2, 0, 1, 1, 2, 0, 0])),
    ]


def text(rng, N, V):
    """A text of the first V - 1 tokens, some frequent and some rare: the last one is never met. It ends with a token
    that it does not begin with."""
    ids = rng.choice(V - 1, size=N, p=rng.dirichlet(np.full(V - 1, 0.8)))
    ids[0], ids[-1] = rng.choice(V - 1, size=2, replace=False)
    return torch.from_numpy(ids)


def table(rng, V):
    return torch.from_numpy(rng.dirichlet(np.full(V, 0.6), size=V) * 0.98 + 0.02 / V)


def draw(rng):
    V, N = int(rng.choice([6, 7])), int(rng.choice([31, 43]))
    alpha = float(rng.choice([0.3, 0.4]))
    return [
        table_case("text", text(rng, N, V), V, alpha),
        table_case("large_alpha", text(rng, N + 20, V + 2), V + 2, 2.5),
        table_case("two_tokens", text(rng, 2, 4), 4, alpha),
        table_case("one_token", torch.tensor([1]), 3, alpha),
        table_case("nothing_read", torch.tensor([], dtype=torch.long), 5, alpha),
        perplexity_case("text", table(rng, V), torch.from_numpy(rng.integers(0, V, size=N))),
        perplexity_case("short", table(rng, V + 1), torch.from_numpy(rng.integers(0, V + 1, size=5))),
        perplexity_case("two_tokens", table(rng, V), torch.from_numpy(rng.choice(V, size=2, replace=False))),
    ]


EXERCISE = Exercise(
    name="bigram_model",
    atelier="atelier2",
    number="2.3",
    title=Text("Le bigramme, adversaire à battre", "The bigram, the opponent to beat"),
    points=4,
    functions=(
        Function("bigram_probabilities", "(ids, V, alpha)", (Output("P", "V V"),)),
        Function("bigram_perplexity", "(P, ids)", (Output("perplexity"),)),
    ),
    reference={"bigram_probabilities": bigram_probabilities, "bigram_perplexity": bigram_perplexity},
    independent={
        "bigram_probabilities": independent_bigram_probabilities,
        "bigram_perplexity": independent_bigram_perplexity,
    },
    public=public,
    draw=draw,
)
