"""1.7 Orthogonal projection: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def projection_unnormalised(X, y):
    directions = []
    for x in X.T.astype(float):
        u = x.copy()
        for v in directions:
            u -= (x @ v) * v
        directions.append(u)
    return sum((y @ u) * u for u in directions)


def projection_last_sum_unnormalised(X, y):
    directions = []
    for x in X.T.astype(float):
        u = x.copy()
        for v in directions:
            u -= (u @ v) / (v @ v) * v
        if np.linalg.norm(u) > 1e-10 * np.linalg.norm(x):
            directions.append(u)
    return sum((y @ u) * u for u in directions)


def projection_orthogonalised_unnormalised(X, y):
    directions = []
    for x in X.T.astype(float):
        u = x.copy()
        for v in directions:
            u -= (u @ v) * v
        if np.linalg.norm(u) > 1e-10 * np.linalg.norm(x):
            directions.append(u)
    return sum((y @ u) / (u @ u) * u for u in directions)


def projection_by_lstsq(X, y):
    return X @ np.linalg.lstsq(X, y, rcond=None)[0]


def projection_by_svd(X, y):
    U, s, _ = np.linalg.svd(X, full_matrices=False)
    U = U[:, s > 1e-11 * s[0]]
    return U @ (U.T @ y)


def projection_by_modified_gram_schmidt(X, y):
    rest, projection = y.astype(float), np.zeros(len(y))
    basis = []
    for x in X.T.astype(float):
        u = x.copy()
        for q in basis:
            u -= (q @ u) * q
        if np.linalg.norm(u) > 1e-10 * np.linalg.norm(x):
            q = u / np.linalg.norm(u)
            basis.append(q)
            projection += (q @ rest) * q
            rest = rest - (q @ rest) * q
    return projection


def projection_by_torch(X, y):
    X, y = torch.tensor(X, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)
    return (X @ (torch.linalg.pinv(X, rtol=1e-12) @ y)).numpy()


MISTAKES = (
    mistake("unnormalised", defines={"orthogonal_projection": projection_unnormalised}),
    mistake("last_sum_unnormalised", defines={"orthogonal_projection": projection_last_sum_unnormalised}),
    mistake("orthogonalised_unnormalised", defines={"orthogonal_projection": projection_orthogonalised_unnormalised}),
    mistake(
        "classical_gram_schmidt",
        edit("\n        u = u - Q @ (Q.T @ u)  # once more: rounding left a little of the old directions", ""),
    ),
    mistake(
        "column_by_column", edit("return Q @ (Q.T @ y)", "return sum((y @ x) / (x @ x) * x for x in X.T if x @ x > 0)")
    ),
    mistake("residual", edit("return Q @ (Q.T @ y)", "return y - Q @ (Q.T @ y)")),
    mistake("coefficients", edit("return Q @ (Q.T @ y)", "return np.linalg.lstsq(X, y, rcond=None)[0]")),
    mistake("normal_equations", edit("return Q @ (Q.T @ y)", "return X @ np.linalg.solve(X.T @ X, X.T @ y)")),
    mistake("inverse_missing", edit("return Q @ (Q.T @ y)", "return X @ (X.T @ y)")),
)

EQUIVALENTS = (
    equivalent("lstsq", defines={"orthogonal_projection": projection_by_lstsq}),
    equivalent("svd", defines={"orthogonal_projection": projection_by_svd}),
    equivalent("modified_gram_schmidt", defines={"orthogonal_projection": projection_by_modified_gram_schmidt}),
    equivalent("torch_pinv", defines={"orthogonal_projection": projection_by_torch}),
)
