"""3.12 equivariance_gap: self-attention does not know the order of its inputs, unless positions or a mask tell it.

The function under test is one that the notebook gives; the case names it (``Ref``), the student's process finds it.
"""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Ref, Text

from ._permutation_equivariance_variants import (
    EQUIVALENTS,
    MISCONCEPTIONS,
    causal_self_attention,
    positional_self_attention,
    same_rows,
    self_attention_layer,
)


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
    misconceptions=MISCONCEPTIONS,
    equivalents=EQUIVALENTS,
    provided=(self_attention_layer, positional_self_attention, causal_self_attention, same_rows),
)
