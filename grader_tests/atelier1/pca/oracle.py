"""1.9 pca: centre, decompose, project; variances divide by n, signs are free.

A component and its column of Z may change sign together. Public cases, which hold data only, are built so that a
row-wise comparison up to sign is exact: every point lies on one principal axis, or k = 1. Hidden cases turn each
component the same way round first (``oriented``).
"""

from __future__ import annotations

import numpy as np

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def pca(X, k):
    """Principal component analysis of the rows of X.

    X (n, d) -> Z (n, k) coordinates, components (k, d) orthonormal rows, variances (k,) descending (divided by n).
    """
    Xc = X - X.mean(axis=0)  # (n, d)
    _, s, Vh = np.linalg.svd(Xc, full_matrices=False)  # (r,), (r, d) with r = min(n, d)
    components = Vh[:k]  # (k, d)
    return Xc @ components.T, components, s[:k] ** 2 / len(X)  # (n, k), (k, d), (k,)


def independent_pca(X, k):
    """The same through NumPy's covariance matrix and its eigenvectors."""
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False, bias=True))
    order = np.argsort(values)[::-1][:k]
    return (X - X.mean(axis=0)) @ vectors[:, order], vectors[:, order].T, values[order]


def oriented(inputs, value):
    """The same answer with each component's largest coefficient made positive, its column of Z along with it."""
    if not isinstance(value, tuple | list) or len(value) != 3:
        return value
    Z, components, variances = (np.asarray(v) for v in value)
    if components.ndim != 2 or components.size == 0 or Z.ndim != 2 or Z.shape[1] != len(components):
        return value
    largest = np.abs(components).argmax(axis=1)
    signs = np.where(components[np.arange(len(components)), largest] < 0, -1, 1).astype(components.dtype)
    return Z * signs, components * signs[:, None], variances


def cloud(rng, n, d, centre):
    """n points of dimension d with well separated variances around a centre at that distance; (n, d)."""
    r = min(n - 1, d)
    ones = np.ones((n, 1))
    U = np.linalg.qr(np.hstack([ones, rng.normal(size=(n, r))]))[0][:, 1:]  # (n, r), columns of mean zero
    V = np.linalg.qr(rng.normal(size=(d, d)))[0][:, :r]  # (d, r)
    s = np.sqrt(n) * 3 * rng.uniform(0.5, 0.65, size=r).cumprod()
    direction = rng.normal(size=d)
    return U * s @ V.T + centre * direction / np.linalg.norm(direction)


def case(name, X, k, observe=None):
    n, d = X.shape
    return Case(name, Call("pca", {"X": X, "k": k}), dims={"n": n, "d": d, "k": k}, observe=observe)


def public():
    plane = np.array([[6.0, 5.0], [0.0, -3.0], [1.0, 2.5], [5.0, -0.5]])  # (3, 1) ± 5·(0.6, 0.8), ± 2.5·(−0.8, 0.6)
    axes = np.array([[4.0, 4.0, 2.0], [-2.0, 1.0, 2.0], [0.5, -1.0, 1.0]])  # orthogonal, lengths 6, 3, 1.5
    space = np.array([1.0, -2.0, 5.0]) + np.vstack([axes, np.zeros(3), -axes])  # (7, 3)
    return [
        case("worked_example", plane, 2),
        case("space", space, 2),
        case("one_component", cloud(np.random.default_rng(19), 5, 4, 3.0), 1),
    ]


def draw(rng):
    n, d, k = rng.choice([7, 8, 9]), rng.choice([5, 6]), rng.choice([2, 3])
    return [
        case("tall", cloud(rng, int(n), int(d), 4.0), int(k), oriented),
        case("wide", cloud(rng, int(d), int(n), 2.0), int(k), oriented),
        case("one_component", cloud(rng, int(n), int(d), 3.0), 1, oriented),
        case("all_components", cloud(rng, int(n), 4, 3.0), 4, oriented),
        case("far_from_origin", cloud(rng, int(n), int(d), 200.0), int(k), oriented),
    ]


EXERCISE = Exercise(
    name="pca",
    atelier="atelier1",
    number="1.9",
    title=Text("Analyse en composantes principales", "Principal component analysis"),
    points=7,
    functions=(
        Function(
            "pca",
            "(X, k)",
            (
                Output("Z", "n k", compare="up_to_sign"),
                Output("components", "k d", compare="up_to_sign"),
                Output("variances", "k", properties=("nonnegative", "decreasing")),
            ),
        ),
    ),
    reference={"pca": pca},
    independent={"pca": independent_pca},
    public=public,
    draw=draw,
)
