"""1.4 Stable softmax along one axis."""

import numpy as np
import scipy.special

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def softmax(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))  # same shape as x, largest entry 1 along the axis
    return e / np.sum(e, axis=axis, keepdims=True)  # same shape as x, sums to 1 along the axis


def _independent(x, axis=-1):
    return scipy.special.softmax(x, axis=axis)


def _case(name, x, **axis):
    return Case(name, Call("softmax", {"x": x, **axis}), {"axis": axis["axis"]} if axis else {})


def public():
    x = np.array([[[1.0, 2.0, 0.0, -1.0], [0.5, 0.0, 3.0, 1.0], [2.0, 2.0, -1.0, 0.0]]])
    return [
        _case("regular_example", np.array([2, 1, 0])),
        _case("regular_table", np.array([[1.0, 2.0, 0.0], [-1.0, 0.5, 3.0]])),
        _case("axis_0", np.array([[1.0, 2.0, 0.0], [-1.0, 0.5, 3.0]]), axis=0),
        _case("axis_1", np.concatenate([x, 1 - x]), axis=1),
        _case("axis_last", np.concatenate([x, 1 - x]), axis=-1),
        _case("axis_square", np.array([[0.0, 1.0, 2.0], [2.0, -1.0, 0.0], [1.0, 1.0, 3.0]]), axis=1),
        _case("far_apart", np.array([[1000.0, 999.0, -1000.0], [-2000.0, -2001.0, -2003.0]])),
    ]


def draw(rng):
    """The square case tells a forgotten ``keepdims``, which NumPy accepts there, from any other ValueError."""
    with_minus_inf = rng.normal(size=(3, 5))
    with_minus_inf[[0, 1, 1], [2, 0, 4]] = -np.inf
    integers = rng.integers(-4, 5, size=(3, 4))
    return [
        _case("regular_table", 2 * rng.normal(size=(3, 5))),
        _case("regular_vector", 3 * rng.normal(size=6)),
        _case("regular_batch", rng.normal(size=(2, 3, 4))),
        _case("axis_0", rng.normal(size=(2, 3, 4)), axis=0),
        _case("axis_1", rng.normal(size=(2, 3, 4)), axis=1),
        _case("axis_last", rng.normal(size=(2, 3, 4)), axis=-1),
        _case("axis_square", rng.normal(size=(4, 4)), axis=1),
        _case("far_apart", np.array([[1000.0], [-2000.0], [0.0]]) + rng.normal(size=(3, 4))),
        _case("far_apart_entries", np.array([1000.0, 0.0, -1000.0, 999.0, 998.0]) + rng.normal(size=5)),
        _case("minus_inf", with_minus_inf),
        _case("integers", integers),
        _case("integers_as_floats", integers.astype(float)),
        _case("one_row", rng.normal(size=(1, 5))),
        _case("one_entry", rng.normal(size=(3, 1))),
    ]


EXERCISE = Exercise(
    name="softmax",
    atelier="atelier1",
    number="1.4",
    title=Text("Softmax stable", "Stable softmax"),
    points=7,
    functions=(
        Function(
            "softmax",
            "(x, axis=-1)",
            (Output("p", properties=("nonnegative", "rows_sum_to_one")),),
            rtol=1e-8,
            atol=1e-10,
        ),
    ),
    reference={"softmax": softmax},
    independent={"softmax": _independent},
    public=public,
    draw=draw,
    core=True,
)
