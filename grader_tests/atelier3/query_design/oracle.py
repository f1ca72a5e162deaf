"""3.13 copy_query, average_query: choosing a query so that softmax(Kq/√d) points where one wants.

Many queries are right. What is compared is what the query does: the attention weights that it gets from the keys,
computed on the trusted side (``weights_of``). With weights within 1e-3 of (0 … 1 … 0) or of (… ½ … ½ …), the output
is the wanted value, or mean of two values, whatever the values are. Short keys tell wrong queries of one direction
apart, which get the same all-or-nothing weights from long ones. Public cases hold data only, so the public checks
write theirs by hand.
"""

from __future__ import annotations

import math

import numpy as np
import scipy.optimize
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text

BETA = 60.0


def copy_query(K, j, beta):
    """A query whose attention copies value j: its score is β for key j, 0 for the others.

    K (T, d) with linearly independent rows, not orthogonal in general -> q (d,).
    """
    return beta * torch.linalg.pinv(K)[:, j]  # K pinv(K) = I (T, T), so K q = β e_j


def average_query(K, a, b, beta):
    """A query whose attention averages values a and b: their keys score β, the others 0. K (T, d) -> q (d,)."""
    dual = torch.linalg.pinv(K)  # (d, T)
    return beta * (dual[:, a] + dual[:, b])


def independent_copy_query(K, j, beta):
    """The equations K q = β e_j, solved by SciPy's bounded least squares."""
    return torch.from_numpy(scipy.optimize.lsq_linear(K.numpy(), beta * np.eye(len(K))[j]).x)


def independent_average_query(K, a, b, beta):
    """The equations K q = β (e_a + e_b), solved by SciPy's bounded least squares."""
    return torch.from_numpy(scipy.optimize.lsq_linear(K.numpy(), beta * np.eye(len(K))[[a, b]].sum(axis=0)).x)


def weights_of(inputs, query):
    """The weights (T,) that a query gets from the keys; anything but a vector of the keys' size is left as it is."""
    K = inputs["K"].double()
    if not isinstance(query, torch.Tensor) or query.shape != K.shape[1:]:
        return query
    return torch.softmax(K @ query.double() / math.sqrt(K.size(1)), dim=0)


def correlated_keys(rng, T, d, j, i, a, b, c):
    """Independent keys of unequal lengths, where key i is closer to key j than key j itself, and c to a.

    Queries built as if keys were orthonormal then attend to i and c.
    """
    directions = np.linalg.qr(rng.normal(size=(d, T)))[0].T  # (T, d) orthonormal rows
    K = rng.permutation(np.linspace(1.0, 1.8, T))[:, None] * directions
    K[a] *= 1.3 * np.linalg.norm(K[b]) / np.linalg.norm(K[a])
    K[i] += 1.5 * K[j]
    K[c] += 1.4 * K[a]
    return torch.from_numpy(K)


def orthonormal_keys(rng, T, d):
    return torch.from_numpy(np.linalg.qr(rng.normal(size=(d, T)))[0].T.copy())  # (T, d)


def cases(label, K, j, a, b):
    dims = {"T": K.size(0), "d": K.size(1)}
    copy, average = {"K": K, "j": j, "beta": BETA}, {"K": K, "a": a, "b": b, "beta": BETA}
    return [
        Case(f"copy_{label}", Call("copy_query", copy), dims, observe=weights_of),
        Case(f"average_{label}", Call("average_query", average), dims, observe=weights_of),
    ]


def public():
    return []


def draw(rng):
    T, d = (int(n) for n in rng.choice([[5, 8], [6, 9], [5, 7]]))
    j, i, a, b, c = (int(n) for n in rng.permutation(T)[:5])
    return [
        *cases("orthonormal", orthonormal_keys(rng, T, d), j, a, b),
        *cases("correlated", correlated_keys(rng, T, d, j, i, a, b, c), j, a, b),
        *cases("square", correlated_keys(rng, T, T, j, i, a, b, c), j, b, a),
        *cases("two_keys", torch.from_numpy(rng.normal(size=(2, d))), int(rng.integers(2)), 0, 1),
        *cases("short", 0.15 * correlated_keys(rng, T, d, j, i, a, b, c), j, a, b),
    ]


EXERCISE = Exercise(
    name="query_design",
    atelier="atelier3",
    number="3.13",
    title=Text("Concevoir une requête", "Designing a query"),
    points=4,
    functions=(
        Function("copy_query", "(K, j, beta)", (Output("weights", "T"),), rtol=0.0, atol=1e-3),
        Function("average_query", "(K, a, b, beta)", (Output("weights", "T"),), rtol=0.0, atol=1e-3),
    ),
    reference={"copy_query": copy_query, "average_query": average_query},
    independent={"copy_query": independent_copy_query, "average_query": independent_average_query},
    public=public,
    draw=draw,
)
