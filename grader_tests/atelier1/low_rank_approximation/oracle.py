"""1.8 Best approximation of rank r in the Frobenius norm (Eckart–Young), and its error."""

import numpy as np
import scipy.linalg

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def low_rank_approximation(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)  # (m, k), (k,), (k, n) with k = min(m, n)
    A_r = (U[:, :r] * s[:r]) @ Vh[:r]  # (m, r) * (r,) @ (r, n) -> (m, n)
    return A_r, float(np.sqrt(np.sum(s[r:] ** 2)))


def _independent(A, r):
    """Projection onto the r leading eigenvectors of AᵀA; the error is measured."""
    n = A.shape[1]
    V = scipy.linalg.eigh(A.T @ A, subset_by_index=[max(n - r, 0), n - 1])[1]
    A_r = A @ V @ V.T
    return A_r, float(np.linalg.norm(A - A_r, "fro"))


def _case(name, A, r):
    m, n = A.shape
    return Case(name, Call("low_rank_approximation", {"A": A, "r": r}), {"m": m, "n": n, "r": r})


def _matrix(rng, m, n, singular_values):
    """A matrix with these singular values, in random directions."""
    k = len(singular_values)
    U, V = (np.linalg.qr(rng.normal(size=(size, k)))[0] for size in (m, n))
    return (U * singular_values) @ V.T


def public():
    rng = np.random.default_rng(18)
    return [
        _case("regular_example", np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 2.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), 1),
        _case("regular_tall", _matrix(rng, 5, 4, [4.0, 3.0, 1.5, 0.5]), 2),
        _case("regular_wide", _matrix(rng, 3, 5, [5.0, 2.0, 1.0]), 1),
    ]


def draw(rng):
    spread = rng.uniform(0.9, 1.1)
    return [
        _case("regular_tall", _matrix(rng, 6, 4, spread * np.array([4.0, 2.5, 1.5, 0.7])), 2),
        _case("regular_wide", _matrix(rng, 3, 5, spread * np.array([3.0, 1.8, 0.9])), 1),
        _case("regular_larger", _matrix(rng, 7, 5, spread * np.array([50.0, 20.0, 8.0, 3.0, 1.2])), 3),
        _case("full_rank", _matrix(rng, 4, 3, spread * np.array([3.0, 2.0, 0.8])), 3),
        _case("rank_deficient", _matrix(rng, 6, 5, spread * np.array([3.0, 1.4])), 3),
        _case("integers", np.diag([9, 6, 4, 2])[:, rng.permutation(4)][:3] * rng.choice([-1, 1]), 1),
    ]


EXERCISE = Exercise(
    name="low_rank_approximation",
    atelier="atelier1",
    number="1.8",
    title=Text("Approximation de rang faible", "Low-rank approximation"),
    points=5,
    functions=(Function("low_rank_approximation", "(A, r)", (Output("A_r", "m n"), Output("error"))),),
    reference={"low_rank_approximation": low_rank_approximation},
    independent={"low_rank_approximation": _independent},
    public=public,
    draw=draw,
)
