"""1.5 log Σ exp and log-softmax, without overflow."""

import numpy as np
import scipy.special

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def logsumexp(x, axis=-1):
    c = np.max(x, axis=axis, keepdims=True)  # size 1 along the axis
    c = np.where(np.isfinite(c), c, 0.0)  # an all −inf row: −inf − (−inf) would be NaN
    with np.errstate(divide="ignore"):  # log 0 = −inf is what we want there
        return np.log(np.sum(np.exp(x - c), axis=axis)) + np.squeeze(c, axis=axis)  # axis removed


def log_softmax(x, axis=-1):
    shifted = x - np.max(x, axis=axis, keepdims=True)  # same shape as x, at most 0
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))  # same shape as x


def _independent_logsumexp(x, axis=-1):
    return scipy.special.logsumexp(x, axis=axis)


def _independent_log_softmax(x, axis=-1):
    return scipy.special.log_softmax(x, axis=axis)


def _cases(name, x, **axis):
    dims = {"axis": axis["axis"]} if axis else {}
    names = {"logsumexp": "lse", "log_softmax": "log"}
    return [Case(f"{short}_{name}", Call(target, {"x": x, **axis}), dims) for target, short in names.items()]


def public():
    table = np.array([[1.0, 2.0, 0.0], [-1.0, 0.5, 3.0]])
    return [
        *_cases("regular_example", np.log(np.array([1.0, 2.0, 5.0]))),
        *_cases("regular_rows", table),
        *_cases("regular_columns", table, axis=0),
        *_cases("large", np.array([[1000.0, 0.0, 1001.0], [-2000.0, -2001.0, -1999.0]])),
    ]


def draw(rng):
    with_minus_inf = rng.normal(size=(3, 4))
    with_minus_inf[[0, 2, 2], [1, 0, 3]] = -np.inf
    nothing_left = rng.normal(size=(3, 4))
    nothing_left[1] = -np.inf
    return [
        *_cases("regular_rows", 1 + rng.normal(size=(3, 5))),
        *_cases("regular_first", 2 * rng.normal(size=(2, 3, 4)), axis=0),
        *_cases("regular_middle", rng.normal(size=(2, 3, 4)) - 3, axis=1),
        *_cases("large", np.array([[1000.0], [-2000.0], [0.0]]) + 3 * rng.normal(size=(3, 4))),
        *_cases("large_entries", np.array([1000.0, 0.0, -1000.0, 998.0, 950.0]) + rng.normal(size=5)),
        *_cases("minus_inf", with_minus_inf),
        _cases("empty_row", nothing_left)[0],
        *_cases("integers", rng.integers(-4, 5, size=(3, 4))),
        *_cases("one_row", rng.normal(size=(1, 6))),
    ]


EXERCISE = Exercise(
    name="log_softmax",
    atelier="atelier1",
    number="1.5",
    title=Text("LogSumExp et log-softmax", "LogSumExp and log-softmax"),
    points=4,
    functions=(
        Function("logsumexp", "(x, axis=-1)", (Output("lse"),)),
        Function("log_softmax", "(x, axis=-1)", (Output("log_p"),)),
    ),
    reference={"logsumexp": logsumexp, "log_softmax": log_softmax},
    independent={"logsumexp": _independent_logsumexp, "log_softmax": _independent_log_softmax},
    public=public,
    draw=draw,
)
