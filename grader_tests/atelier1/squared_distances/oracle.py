"""1.3 Squared distances between all rows of X and all rows of Y, by ‖x‖² + ‖y‖² − 2 x·y."""

import numpy as np
import scipy.spatial.distance

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def squared_distances(X, Y):
    x2 = np.sum(X**2, axis=1)[:, None]  # (n, 1)
    y2 = np.sum(Y**2, axis=1)[None, :]  # (1, m)
    return np.maximum(x2 + y2 - 2 * X @ Y.T, 0)  # (n, m), rounding may have left it just below 0


def _independent(X, Y):
    return scipy.spatial.distance.cdist(X.astype(float), Y.astype(float), "sqeuclidean")


def _case(name, X, Y):
    return Case(name, Call("squared_distances", {"X": X, "Y": Y}), {"n": len(X), "m": len(Y), "d": X.shape[1]})


def _rows(rng, count, width, low, high):
    """Rows of random directions whose norms lie between ``low`` and ``high``."""
    directions = rng.normal(size=(count, width))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions * rng.uniform(low, high, size=(count, 1))


def _regular(rng, n, m, width):
    """X longer than Y, so that no wrong formula is negative and clipping at 0 hides nothing."""
    return _rows(rng, n, width, 3.0, 4.0), _rows(rng, m, width, 0.5, 1.2)


def near_pair(rng):
    """Two numbers near 10⁶, 10⁻⁹ apart, such that rounding makes a² + b² − 2ab negative in every order of summing."""
    while True:
        a = rng.uniform(0.8e6, 1.2e6)
        b = a + rng.integers(1, 9) * np.spacing(a)
        if (a * a + b * b) - 2 * (a * b) < 0 and (a * a - 2 * (a * b)) + b * b < 0:
            return a, b


def _coincident(rng, n, m, width):
    """Row i of Y lies 10⁻⁹ from row i of X, at 10⁶ from the origin, on an axis of its own."""
    X, Y = np.zeros((n, width)), np.zeros((m, width))
    for i in range(min(n, m)):
        X[i, i], Y[i, i] = near_pair(rng)
    X[min(n, m) :], Y[min(n, m) :] = -2e6, 3e6
    return X, Y


def public():
    X = np.array([[0.0, 0.0], [3.0, 4.0], [-1.0, 2.0]])
    return [
        _case("regular_example", X, np.array([[0.0, 0.0], [1.0, 0.0]])),
        _case("regular_wide", *_regular(np.random.default_rng(13), 2, 4, 3)),
        _case("coincident", *_coincident(np.random.default_rng(31), 2, 3, 4)),
    ]


def draw(rng):
    return [
        _case("regular_low", *_regular(rng, 5, 4, 3)),
        _case("regular_high", *_regular(rng, 2, 3, 7)),
        _case("coincident", *_coincident(rng, 3, 2, 5)),
        _case("integers", rng.integers(4, 9, size=(3, 2)), rng.integers(-2, 3, size=(5, 2))),
        _case("one_row", *_regular(rng, 1, 4, 3)),
        _case("one_axis", 1 + rng.uniform(size=(4, 1)), rng.uniform(size=(3, 1))),
    ]


EXERCISE = Exercise(
    name="squared_distances",
    atelier="atelier1",
    number="1.3",
    title=Text("Toutes les distances d'un coup", "All distances at once"),
    points=5,
    functions=(Function("squared_distances", "(X, Y)", (Output("D2", "n m", properties=("nonnegative",)),)),),
    reference={"squared_distances": squared_distances},
    independent={"squared_distances": _independent},
    public=public,
    draw=draw,
)
