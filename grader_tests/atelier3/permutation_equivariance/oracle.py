"""3.12 equivariance_gap: self-attention does not know the order of its inputs, unless positions or a mask tell it.

The function under test is one that the notebook gives; the case names it (``Ref``), the student's process finds it.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Ref, Text


def equivariance_gap(f, X, P):
    """Largest absolute entry of f(PX) − P f(X): zero if f treats all positions alike.

    f maps (T, d) to (T, d'), X (T, d), P (T, T) a permutation matrix -> float.
    """
    return (f(P @ X) - P @ f(X)).abs().max().item()  # both terms (T, d')


def independent_equivariance_gap(f, X, P):
    """Permuting by index instead of by matrix, and the infinity norm."""
    order = P.argmax(dim=1)  # row i of PX is row order[i] of X
    return float(torch.linalg.vector_norm(f(X[order]) - f(X)[order], ord=float("inf")))


def permutation_matrix(order):
    return torch.eye(len(order), dtype=torch.float64)[list(order)]  # (T, T): row i of PX is row order[i] of X


def case(name, f, X, order):
    inputs = {"f": Ref(f), "X": X, "P": permutation_matrix(order)}
    return Case(name, Call("equivariance_gap", inputs), {"T": X.size(0), "d": X.size(1)})


def self_attention_layer(X):
    """Self-attention without parameters, softmax(XXᵀ/√d)·X. X (T, d) -> (T, d)."""
    return F.softmax(X @ X.transpose(-2, -1) / math.sqrt(X.size(-1)), dim=-1) @ X


def positional_self_attention(X):
    """The same, once sinusoidal positions have been added to X. X (T, d) -> (T, d)."""
    T, d = X.shape
    position = torch.arange(T, dtype=X.dtype).unsqueeze(1)  # (T, 1)
    column = torch.arange(d)  # (d,)
    angle = position / 10000 ** (2 * (column // 2) / d)  # (T, d)
    return self_attention_layer(X + torch.where(column % 2 == 0, angle.sin(), angle.cos()))


def causal_self_attention(X):
    """Self-attention without parameters where position t sees positions 0 … t only. X (T, d) -> (T, d)."""
    scores = X @ X.transpose(-2, -1) / math.sqrt(X.size(-1))  # (T, T)
    allowed = torch.ones(X.size(0), X.size(0), dtype=torch.bool).tril()
    return F.softmax(scores.masked_fill(~allowed, float("-inf")), dim=-1) @ X


def same_rows(X):
    """The layer that changes nothing. X (T, d) -> (T, d)."""
    return X


def public():
    X = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]]).double()  # (3, 2)
    square = torch.from_numpy(np.random.default_rng(312).normal(size=(4, 4)))
    return [
        case("worked_example", "self_attention_layer", X, (1, 2, 0)),
        case("with_positions", "positional_self_attention", X, (1, 2, 0)),
        case("causal", "causal_self_attention", X, (1, 2, 0)),
        case("square", "positional_self_attention", square, (3, 0, 1, 2)),
        case("square_negated", "positional_self_attention", -square, (3, 0, 1, 2)),
    ]


def draw(rng):
    T, d = (int(n) for n in rng.choice([[5, 4], [6, 3], [7, 5]]))
    X = torch.from_numpy(rng.normal(size=(T, d)))
    square = torch.from_numpy(rng.normal(size=(T, T)))
    order = [0, 0]
    while order[0] == 0 or [order[i] for i in order] == list(range(T)):  # moves the first row; not its own inverse
        order = [int(i) for i in rng.permutation(T)]
    return [
        case("no_position", "self_attention_layer", X, order),
        case("positions", "positional_self_attention", X, order),
        case("causal", "causal_self_attention", X, order),
        case("causal_negated", "causal_self_attention", -X, order),  # the layer is odd: signed differences change sign
        case("square", "positional_self_attention", square, order),
        case("identity", "positional_self_attention", X, range(T)),
        case("single", "causal_self_attention", X[:1], [0]),
    ]


EXERCISE = Exercise(
    name="permutation_equivariance",
    atelier="atelier3",
    number="3.12",
    title=Text("L'attention ignore l'ordre", "Attention ignores order"),
    points=4,
    functions=(Function("equivariance_gap", "(f, X, P)", (Output("gap"),)),),
    reference={"equivariance_gap": equivariance_gap},
    independent={"equivariance_gap": independent_equivariance_gap},
    public=public,
    draw=draw,
    provided=(self_attention_layer, positional_self_attention, causal_self_attention, same_rows),
)
