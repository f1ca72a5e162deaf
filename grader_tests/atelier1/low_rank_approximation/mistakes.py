"""1.8 Low-rank approximation: the wrong answers worth a name, and other right ones.

A wrong A_r may come with the error that the theorem promises, or with the distance to A measured: two variants.
"""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def low_rank_by_outer_products(A, r):
    U, s, Vh = np.linalg.svd(A)
    A_r = sum(s[i] * np.outer(U[:, i], Vh[i]) for i in range(min(r, len(s))))
    return A_r, np.linalg.norm(A - A_r)


def low_rank_by_projection(A, r):
    U = np.linalg.eigh(A @ A.T)[1][:, ::-1][:, :r]
    A_r = U @ (U.T @ A)
    return A_r, np.sqrt(np.sum((A - A_r) ** 2))


def low_rank_by_torch(A, r):
    A = torch.tensor(A, dtype=torch.float64)
    U, s, Vh = torch.linalg.svd(A, full_matrices=False)
    s[r:] = 0
    A_r = U @ torch.diag(s) @ Vh
    return A_r.numpy(), torch.linalg.norm(A - A_r).item()


MISTAKES = (
    mistake("without_sigma", edit("(U[:, :r] * s[:r])", "U[:, :r]")),
    mistake(
        "without_sigma_measured",
        edit("(U[:, :r] * s[:r])", "U[:, :r]"),
        edit("float(np.sqrt(np.sum(s[r:] ** 2)))", "float(np.linalg.norm(A - A_r))"),
    ),
    mistake("columns_of_vh", edit(", full_matrices=False", ""), edit("@ Vh[:r]", "@ Vh[:, :r].T")),
    mistake(
        "columns_of_vh_measured",
        edit(", full_matrices=False", ""),
        edit("@ Vh[:r]", "@ Vh[:, :r].T"),
        edit("float(np.sqrt(np.sum(s[r:] ** 2)))", "float(np.linalg.norm(A - A_r))"),
    ),
    mistake("columns_of_reduced_vh", edit("@ Vh[:r]", "@ Vh[:, :r].T")),
    mistake(
        "columns_of_reduced_vh_measured",
        edit("@ Vh[:r]", "@ Vh[:, :r].T"),
        edit("float(np.sqrt(np.sum(s[r:] ** 2)))", "float(np.linalg.norm(A - A_r))"),
    ),
    mistake("smallest_kept", edit("(U[:, :r] * s[:r]) @ Vh[:r]", "(U[:, -r:] * s[-r:]) @ Vh[-r:]")),
    mistake(
        "smallest_kept_measured",
        edit("(U[:, :r] * s[:r]) @ Vh[:r]", "(U[:, -r:] * s[-r:]) @ Vh[-r:]"),
        edit("float(np.sqrt(np.sum(s[r:] ** 2)))", "float(np.linalg.norm(A - A_r))"),
    ),
    mistake("sigma_squared", edit("* s[:r]", "* s[:r] ** 2")),
    mistake(
        "sigma_squared_measured",
        edit("* s[:r]", "* s[:r] ** 2"),
        edit("float(np.sqrt(np.sum(s[r:] ** 2)))", "float(np.linalg.norm(A - A_r))"),
    ),
    mistake("error_sum", edit("np.sqrt(np.sum(s[r:] ** 2))", "np.sum(s[r:])")),
    mistake("error_squared", edit("np.sqrt(np.sum(s[r:] ** 2))", "np.sum(s[r:] ** 2)")),
    mistake("error_spectral", edit("np.sqrt(np.sum(s[r:] ** 2))", "s[r] if r < len(s) else 0.0")),
)

EQUIVALENTS = (
    equivalent("outer_products", defines={"low_rank_approximation": low_rank_by_outer_products}),
    equivalent("projection", defines={"low_rank_approximation": low_rank_by_projection}),
    equivalent("torch_svd", defines={"low_rank_approximation": low_rank_by_torch}),
)
