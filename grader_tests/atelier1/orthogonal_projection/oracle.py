"""1.7 Orthogonal projection onto a column space, by Gram–Schmidt done twice."""

import numpy as np
import scipy.linalg

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def orthogonal_projection(X, y):
    Q = np.zeros((len(X), 0))  # (n, number of directions so far), orthonormal columns
    for x in X.T.astype(float):  # (n,)
        u = x - Q @ (Q.T @ x)  # (n,), what is new in x
        u = u - Q @ (Q.T @ u)  # once more: rounding left a little of the old directions
        if np.linalg.norm(u) > 1e-10 * np.linalg.norm(x):  # a dependent column brings nothing
            Q = np.column_stack([Q, u / np.linalg.norm(u)])
    return Q @ (Q.T @ y)  # (n,)


def _independent(X, y):
    Q = scipy.linalg.orth(X.astype(float), rcond=1e-11)
    return Q @ (Q.T @ y)


def _case(name, X, y):
    n, k = X.shape
    return Case(name, Call("orthogonal_projection", {"X": X, "y": y}), {"n": n, "k": k})


def _slanted(rng, n, k):
    """Columns of different lengths, all leaning the same way: far from orthogonal, never unit."""
    return (rng.normal(size=(n, k)) + rng.normal(size=(n, 1))) * rng.uniform(1.5, 4.0, size=k)


def almost_parallel(n, k, tiny=1e-8):
    """Läuchli's matrix: columns (1, 0, …, tiny, …, 0), on which right answers agree to about 10⁻⁷.

    1 + tiny² rounds to 1, so that classical Gram–Schmidt and the normal equations fail in a way that does not
    depend on the order of the operations.
    """
    X = np.zeros((n, k))
    X[0] = 1.0
    X[np.arange(1, k + 1), np.arange(k)] = tiny
    return X


def hilbert(n, k):
    """First k columns of Hilbert's matrix: condition number about 10⁷ for (9, 6)."""
    return scipy.linalg.hilbert(n)[:, :k]


def public():
    X = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 2.0]])
    return [
        _case("regular_example", X, np.array([1.0, 2.0, 3.0])),
        _case("regular_tall", _slanted(np.random.default_rng(17), 5, 3), np.array([1.0, -2.0, 0.5, 3.0, 1.0])),
        _case("ill_conditioned", almost_parallel(5, 3), np.array([1.0, 3.0, -1.0, 2.0, 0.5])),
    ]


def draw(rng):
    dependent = _slanted(rng, 6, 4)
    dependent[:, 2] = 0.5 * dependent[:, 0] - 2.0 * dependent[:, 1]
    with_zero_column = _slanted(rng, 5, 3)
    with_zero_column[:, 1] = 0.0
    inside = _slanted(rng, 7, 2)
    return [
        _case("regular_tall", _slanted(rng, 6, 3), rng.normal(size=6)),
        _case("regular_taller", _slanted(rng, 8, 4), 10 * rng.normal(size=8)),
        _case("one_column", _slanted(rng, 5, 1), rng.normal(size=5)),
        _case("inside", inside, inside @ rng.normal(size=2)),
        _case(
            "integers",
            rng.permuted(np.array([[3, 1, 0, -2, 1], [0, 2, 5, 1, -1]]), axis=1).T,
            rng.integers(-9, 9, size=5),
        ),
        _case("ill_conditioned", almost_parallel(6, 4), rng.normal(size=6)),
        _case("hilbert", hilbert(9, 6), rng.normal(size=9)),
        _case("dependent", dependent, rng.normal(size=6)),
        _case("dependent_zero_column", with_zero_column, rng.normal(size=5)),
    ]


EXERCISE = Exercise(
    name="orthogonal_projection",
    atelier="atelier1",
    number="1.7",
    title=Text("Projection orthogonale", "Orthogonal projection"),
    points=5,
    functions=(Function("orthogonal_projection", "(X, y)", (Output("projection", "n"),), atol=1e-6),),
    reference={"orthogonal_projection": orthogonal_projection},
    independent={"orthogonal_projection": _independent},
    public=public,
    draw=draw,
)
