"""1.3 Squared distances: the wrong answers worth a name, and other right ones.

Without clipping, the negative values that rounding leaves depend on the order of the sum: two variants.
"""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def distances_by_einsum(X, Y):
    x2 = np.einsum("nd,nd->n", X, X)
    y2 = np.einsum("md,md->m", Y, Y)
    return np.clip(np.add.outer(x2, y2) - 2 * np.einsum("nd,md->nm", X, Y), 0, None)


def distances_by_torch(X, Y):
    X, Y = torch.tensor(X, dtype=torch.float64), torch.tensor(Y, dtype=torch.float64)
    return (torch.cdist(X, Y, compute_mode="donot_use_mm_for_euclid_dist") ** 2).numpy()


def distances_axis_by_axis(X, Y):
    D2 = np.zeros((len(X), len(Y)))
    for j in range(X.shape[1]):
        D2 += np.subtract.outer(X[:, j], Y[:, j]) ** 2
    return D2


MISTAKES = (
    mistake("plus_sign", edit(" - 2 * X @ Y.T", " + 2 * X @ Y.T")),
    mistake("missing_y_norms", edit(" + y2", "")),
    mistake(
        "square_root", edit("np.maximum(x2 + y2 - 2 * X @ Y.T, 0)", "np.sqrt(np.maximum(x2 + y2 - 2 * X @ Y.T, 0))")
    ),
    mistake("negative_values", edit("np.maximum(x2 + y2 - 2 * X @ Y.T, 0)", "x2 + y2 - 2 * X @ Y.T")),
    mistake("negative_values_product_first", edit("np.maximum(x2 + y2 - 2 * X @ Y.T, 0)", "-2 * X @ Y.T + x2 + y2")),
    mistake("transposed", edit("np.maximum(x2 + y2 - 2 * X @ Y.T, 0)", "np.maximum(x2 + y2 - 2 * X @ Y.T, 0).T")),
    mistake("single_cross_term", edit(" - 2 * X", " - X")),
)

EQUIVALENTS = (
    equivalent("einsum", defines={"squared_distances": distances_by_einsum}),
    equivalent("torch_cdist", defines={"squared_distances": distances_by_torch}),
    equivalent("axis_by_axis", defines={"squared_distances": distances_axis_by_axis}),
)
