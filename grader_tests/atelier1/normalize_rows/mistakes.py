"""1.2 Unit rows: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import numpy as np

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def rows_eps_added(X, eps=1e-12):
    return X / (np.sqrt(np.sum(X**2, axis=1)) + eps)[:, None]


def rows_eps_under_root(X, eps=1e-12):
    return X / np.sqrt(np.einsum("ij,ij->i", X, X) + eps)[:, np.newaxis]


def rows_by_loop(X, eps=1e-12):
    unit = np.zeros(X.shape)
    for i, row in enumerate(X):
        norm = math.sqrt(sum(float(value) ** 2 for value in row))
        if norm > eps:
            unit[i] = row / norm
    return unit


MISTAKES = (
    mistake("columns", edit("axis=1", "axis=0")),
    mistake("l1_norm", edit("np.linalg.norm(X, axis=1, keepdims=True)", "np.sum(np.abs(X), axis=1, keepdims=True)")),
    mistake("squared_norm", edit("np.linalg.norm(X, axis=1, keepdims=True)", "np.sum(X**2, axis=1, keepdims=True)")),
    mistake("frobenius", edit(", axis=1, keepdims=True", "")),
    mistake("in_place", edit("return X / np.maximum(norms, eps)", "X /= np.maximum(norms, eps)\n    return X")),
    mistake("missing_keepdims", edit(", keepdims=True", "")),
    mistake("nan_at_zero", edit("np.maximum(norms, eps)", "norms")),
    mistake(
        "root_mean_square",
        edit("np.linalg.norm(X, axis=1, keepdims=True)", "np.sqrt(np.mean(X**2, axis=1, keepdims=True))"),
    ),
)

EQUIVALENTS = (
    equivalent("eps_added", defines={"normalize_rows": rows_eps_added}),
    equivalent("eps_under_root", defines={"normalize_rows": rows_eps_under_root}),
    equivalent("row_by_row", defines={"normalize_rows": rows_by_loop}),
)
