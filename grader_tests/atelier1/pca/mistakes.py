"""1.9 pca: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def pca_by_covariance(X, k):
    mean = X.mean(axis=0)  # (d,)
    values, vectors = np.linalg.eigh((X - mean).T @ (X - mean) / len(X))
    values, vectors = values[::-1][:k], vectors[:, ::-1][:, :k]  # (k,), (d, k)
    return (X - mean) @ vectors, vectors.T, values


def pca_signs_fixed(X, k):
    Xc = X - X.mean(axis=0)  # (n, d)
    U, s, Vh = np.linalg.svd(Xc, full_matrices=False)
    signs = -np.sign(Vh[:k].sum(axis=1))  # (k,), each component sums to a negative number
    return U[:, :k] * s[:k] * signs, Vh[:k] * signs[:, None], s[:k] ** 2 / len(X)


def pca_by_variance_of_scores(X, k):
    Xc = (X - np.mean(X, axis=0)).T  # (d, n)
    U, _, _ = np.linalg.svd(Xc)
    Z = Xc.T @ U[:, :k]  # (n, k)
    return Z, U[:, :k].T, Z.var(axis=0)


MISTAKES = (
    mistake("not_centred", edit(" - X.mean(axis=0)", "")),
    mistake("rows_centred", edit("X.mean(axis=0)", "X.mean(axis=1, keepdims=True)")),
    mistake("divided_by_n_minus_1", edit("len(X)", "(len(X) - 1)")),
    mistake("sigma_not_squared", edit("s[:k] ** 2", "s[:k]")),
    mistake(
        "smallest_variances",
        edit(
            "_, s, Vh = np.linalg.svd(Xc, full_matrices=False)",
            "variances, Vh = np.linalg.eigh(Xc.T @ Xc / len(X))  # ascending",
        ),
        edit("Vh[:k]", "Vh[:, :k].T"),
        edit("s[:k] ** 2 / len(X)", "variances[:k]"),
    ),
    mistake("ascending_order", edit("Vh[:k]", "Vh[:k][::-1]"), edit("s[:k]", "s[:k][::-1]")),
    mistake("uncentred_projection", edit("return Xc @", "return X @")),
)

EQUIVALENTS = (
    equivalent("covariance", defines={"pca": pca_by_covariance}),
    equivalent("signs_fixed", defines={"pca": pca_signs_fixed}),
    equivalent("variance_of_scores", defines={"pca": pca_by_variance_of_scores}),
)
