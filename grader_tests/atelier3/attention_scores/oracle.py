"""3.1 attention_scores and score_variance: QKᵀ/√d_k, and why the division by √d_k.

A variance of random scores is only known up to chance: hidden cases compare the *landmark* that the student's value
stands at (1, d_k, d_k², 1/d_k, …), six standard deviations wide.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text

UNIFORM_VARIANCE = 7 / 144  # of a product of two independent uniform numbers, 1/9 − 1/16


def attention_scores(Q, K):
    """Scaled dot product of every query with every key.

    Q (…, T_q, d_k), K (…, T_k, d_k) -> (…, T_q, T_k).
    """
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))  # (…, T_q, d_k) @ (…, d_k, T_k) -> (…, T_q, T_k)


def score_variance(d_k, n=10_000, generator=None):
    """Variance of the scaled scores of n independent pairs (q, k) with N(0, 1) coordinates: a float close to 1."""
    q = torch.randn(n, d_k, generator=generator)  # (n, d_k)
    k = torch.randn(n, d_k, generator=generator)  # (n, d_k)
    scores = (q * k).sum(dim=-1) / math.sqrt(d_k)  # (n,)
    return scores.var().item()


def seeded_generator(seed):
    """A random generator of its own: the same seed gives the same draws."""
    return torch.Generator().manual_seed(seed)


def independent_attention_scores(Q, K):
    """One dot product after the other, in NumPy."""
    lead = torch.broadcast_shapes(Q.shape[:-2], K.shape[:-2])
    scores = np.zeros((*lead, Q.shape[-2], K.shape[-2]))
    for *b, i, j in np.ndindex(*scores.shape):
        scores[(*b, i, j)] = np.vdot(Q[(*b, i)].numpy(), K[(*b, j)].numpy()) * Q.shape[-1] ** -0.5
    return torch.from_numpy(scores)


def independent_score_variance(d_k, n=10_000, generator=None):
    """NumPy's generator and variance."""
    q, k = np.random.default_rng().normal(size=(2, n, d_k))
    return float(np.var(np.einsum("nd,nd->n", q, k) / np.sqrt(d_k)))


def variance_landmark(inputs, value):
    """The landmark that a variance estimated from n scores stands at; the value itself if it stands at none."""
    d, n, estimate = inputs["d_k"], inputs["n"], float(value)
    tolerance = 6 * math.sqrt((2 + 6 / d) / n)  # relative standard deviation of the estimate: √((κ − 1)/n)
    for landmark in (1.0, d, d**2, 1 / d, UNIFORM_VARIANCE):
        if abs(estimate / landmark - 1) < tolerance:
            return float(landmark)
    return estimate


def scores_case(name, q_shape, k_shape, rng):
    Q, K = torch.from_numpy(rng.normal(size=q_shape)), torch.from_numpy(rng.normal(size=k_shape))
    return case(name, Q, K)


def case(name, Q, K):
    lead = ("B", "h")[: Q.dim() - 2]
    dims = {**dict(zip(lead, Q.shape, strict=False)), "T_q": Q.size(-2), "T_k": K.size(-2), "d_k": Q.size(-1)}
    return Case(name, Call("attention_scores", {"Q": Q, "K": K}), dims, differentiable=("Q", "K"))


def public():
    rng = np.random.default_rng(31)
    Q = torch.tensor([[1.0, 0.0, 1.0, 0.0], [2.0, -2.0, 0.0, 1.0]], dtype=torch.float64)  # (2, 4)
    K = torch.tensor([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 3.0, -2.0]], dtype=torch.float64)  # (3, 4)
    return [
        case("worked_example", Q, K),
        scores_case("batch", (2, 4, 6), (2, 5, 6), rng),
        scores_case("heads", (2, 3, 4, 7), (2, 3, 5, 7), rng),
        scores_case("square_keys", (2, 3, 5), (2, 5, 5), rng),
    ]


def draw(rng):
    """Each draw has squares and other numbers as d_k: no root, power or constant passes for √d_k."""
    T_q, T_k = int(rng.choice([4, 5])), 7
    d, other = (int(n) for n in rng.permutation([6, 8, 10])[:2])
    square = int(rng.choice([9, 16]))
    return [
        scores_case("matrix", (T_q, square), (T_k, square), rng),
        scores_case("batch", (2, T_q, other), (2, T_k, other), rng),
        scores_case("heads", (2, 3, T_q, d), (2, 3, T_k, d), rng),
        scores_case("square_keys", (2, T_q, d), (2, d, d), rng),
        scores_case("single", (1, 1, 1, other), (1, 1, 1, other), rng),
        *(
            Case(
                f"variance_{size}",
                Call("score_variance", {"d_k": size, "n": 3000}),
                {"d_k": size, "n": 3000},
                observe=variance_landmark,
            )
            for size in (4, 64, 256)
        ),
    ]


EXERCISE = Exercise(
    name="attention_scores",
    atelier="atelier3",
    number="3.1",
    title=Text("Les scores d'attention et leur échelle", "Attention scores and their scale"),
    points=5,
    functions=(
        Function("attention_scores", "(Q, K)", (Output("scores", "… T_q T_k"),)),
        Function("score_variance", "(d_k, n=10_000, generator=None)", (Output("variance"),)),
    ),
    reference={"attention_scores": attention_scores, "score_variance": score_variance},
    independent={"attention_scores": independent_attention_scores, "score_variance": independent_score_variance},
    public=public,
    draw=draw,
    provided=(seeded_generator,),
)
