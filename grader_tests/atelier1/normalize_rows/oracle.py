"""1.2 Unit rows: each row divided by its Euclidean norm, zero rows left at zero."""

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def normalize_rows(X, eps=1e-12):
    norms = np.linalg.norm(X, axis=1, keepdims=True)  # (n, 1)
    return X / np.maximum(norms, eps)  # (n, d) / (n, 1)


def _independent(X, eps=1e-12):
    return F.normalize(torch.tensor(X, dtype=torch.float64), dim=1, eps=eps).numpy()


def _case(name, X, **eps):
    n, d = X.shape
    return Case(name, Call("normalize_rows", {"X": X, **eps}), {"n": n, "d": d})


def public():
    """The integer case has a twin in floats, so that an in-place division is recognised: it fails on one only."""
    integers = np.array([[3, 4, 0], [-2, 1, 2]])
    return [
        _case("regular_example", np.array([[3.0, 4.0, 0.0], [1.0, -2.0, 2.0]])),
        _case("regular_tall", np.array([[1.0, 2.0], [0.0, -0.5], [-3.0, 1.0]])),
        _case("regular_square", np.array([[2.0, 1.0, 2.0], [0.0, 3.0, -4.0], [1.0, 1.0, 0.5]])),
        _case("zero_row", np.array([[1.0, 0.0, -1.0], [0.0, 0.0, 0.0]])),
        _case("integers", integers),
        _case("integers_as_floats", integers.astype(float)),
    ]


def draw(rng):
    """The square case tells a forgotten ``keepdims``, which NumPy accepts there, from any other ValueError."""
    scales = np.array([[0.05], [1.0], [30.0], [1e4]])  # (4, 1)
    with_zeros = rng.normal(size=(5, 3))
    with_zeros[[1, 4]] = 0.0
    integers = rng.integers(1, 9, size=(3, 4)) * rng.choice([-1, 1], size=(3, 4))
    return [
        _case("regular_tall", scales * rng.normal(size=(4, 3))),
        _case("regular_wide", rng.normal(size=(2, 5))),
        _case("regular_square", 3 * rng.normal(size=(4, 4))),
        _case("eps_given", rng.normal(size=(3, 6)), eps=1e-10),
        _case("zero_row", with_zeros),
        _case("integers", integers),
        _case("integers_as_floats", integers.astype(float)),
        _case("one_row", rng.normal(size=(1, 5))),
    ]


EXERCISE = Exercise(
    name="normalize_rows",
    atelier="atelier1",
    number="1.2",
    title=Text("Normaliser les lignes d'une matrice", "Normalising the rows of a matrix"),
    points=3,
    functions=(Function("normalize_rows", "(X, eps=1e-12)", (Output("X_unit", "n d", properties=("unit_rows",)),)),),
    reference={"normalize_rows": normalize_rows},
    independent={"normalize_rows": _independent},
    public=public,
    draw=draw,
)
