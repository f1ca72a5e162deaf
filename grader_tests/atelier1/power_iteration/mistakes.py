"""1.10 power_iteration, stationary_distribution: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def stationary_plain_iteration(P):
    p = np.eye(len(P))[0]  # (n,), all the mass on the first state
    for _ in range(1000):
        p = p @ P
    return p


def power_iteration_by_largest_entry(A, n_iter, x0):
    x = x0
    for _ in range(n_iter):
        x = A @ x
        x = x / np.abs(x).max()
    return (x @ A @ x) / (x @ x), x / np.linalg.norm(x)


def power_iteration_positive_first(A, n_iter, x0):
    v = x0
    for _ in range(n_iter):
        v = v / np.sqrt(np.sum(v**2))
        w = A @ v  # (n,)
        eigenvalue, v = float(np.vdot(v, w)), w
    v = v / np.linalg.norm(v)
    return eigenvalue, v if v[0] > 0 else -v


def stationary_by_eigenvector(P):
    values, vectors = np.linalg.eig(P.T)
    v = vectors[:, np.abs(values - 1).argmin()].real  # (n,)
    return v / v.sum()


def stationary_by_lazy_chain(P):
    lazy = (P + np.eye(len(P))) / 2  # staying put half of the time: same π, no period
    for _ in range(40):
        lazy = lazy @ lazy
        lazy = lazy / lazy.sum(axis=1, keepdims=True)
    return lazy[0]


MISTAKES = (
    mistake(
        "not_normalised",
        edit("x0 / np.linalg.norm(x0)", "x0"),
        edit("\n        v = v / np.linalg.norm(v)", ""),
        edit("v @ A @ v", "(v @ A @ v) / (v @ v)"),
    ),
    mistake("norm_as_eigenvalue", edit("return v @ A @ v, v", "return np.linalg.norm(A @ v), v")),
    mistake(
        "rayleigh_undivided",
        edit("x0 / np.linalg.norm(x0)", "x0"),
        edit("v = v / np.linalg.norm(v)", "v = v / np.abs(v).max()"),
        edit("v @ A @ v, v", "v @ A @ v, v / np.linalg.norm(v)"),
    ),
    mistake("column_convention", edit("P.T - np.eye(n)", "P - np.eye(n)")),
    mistake("plain_iteration", defines={"stationary_distribution": stationary_plain_iteration}),
    mistake(
        "unit_norm",
        edit(
            "return np.linalg.lstsq(system, target, rcond=None)[0]",
            "pi = np.linalg.lstsq(system, target, rcond=None)[0]\n    return pi / np.linalg.norm(pi)",
        ),
    ),
)

EQUIVALENTS = (
    equivalent("largest_entry", defines={"power_iteration": power_iteration_by_largest_entry}),
    equivalent("positive_first", defines={"power_iteration": power_iteration_positive_first}),
    equivalent("eigenvector", defines={"stationary_distribution": stationary_by_eigenvector}),
    equivalent("lazy_chain", defines={"stationary_distribution": stationary_by_lazy_chain}),
)
