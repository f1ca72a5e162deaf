"""1.4 Softmax: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def softmax_by_logsumexp(x, axis=-1):
    return np.exp(x - np.expand_dims(np.logaddexp.reduce(x, axis=axis), axis))


def softmax_by_torch(x, axis=-1):
    return torch.softmax(torch.as_tensor(np.array(x), dtype=torch.float64), dim=axis).numpy()


def softmax_axis_moved(x, axis=-1):
    rows = np.moveaxis(np.asarray(x, dtype=float), axis, -1)
    e = np.exp(rows - rows.max(axis=-1)[..., None])
    return np.moveaxis(e / e.sum(axis=-1)[..., None], -1, axis)


MISTAKES = (
    mistake("unstable", edit("x - np.max(x, axis=axis, keepdims=True)", "x")),
    mistake("global_max", edit("np.max(x, axis=axis, keepdims=True)", "np.max(x)")),
    mistake(
        "frozen_axis",
        edit("np.max(x, axis=axis", "np.max(x, axis=-1"),
        edit("np.sum(e, axis=axis", "np.sum(e, axis=-1"),
    ),
    mistake(
        "global_sum",
        edit("np.max(x, axis=axis, keepdims=True)", "np.max(x)"),
        edit("np.sum(e, axis=axis, keepdims=True)", "np.sum(e)"),
    ),
    mistake("global_sum_of_rows", edit("np.sum(e, axis=axis, keepdims=True)", "np.sum(e)")),
    mistake("without_exp", edit("np.exp(x - np.max(x, axis=axis, keepdims=True))", "x")),
    mistake("base_two", edit("np.exp(", "2.0 ** (")),
    mistake(
        "logarithm",
        edit("np.exp(x - np.max(x, axis=axis, keepdims=True))", "x - np.max(x, axis=axis, keepdims=True)"),
        edit("/ np.sum(e, axis=axis, keepdims=True)", "- np.log(np.sum(np.exp(e), axis=axis, keepdims=True))"),
    ),
    mistake("epsilon", edit("np.sum(e, axis=axis, keepdims=True)", "(np.sum(e, axis=axis, keepdims=True) + 1e-6)")),
    mistake(
        "in_place",
        edit(
            "e = np.exp(x - np.max(x, axis=axis, keepdims=True))",
            "x -= np.max(x, axis=axis, keepdims=True)\n    e = np.exp(x, out=x)",
        ),
        edit(
            "return e / np.sum(e, axis=axis, keepdims=True)", "e /= np.sum(e, axis=axis, keepdims=True)\n    return e"
        ),
    ),
    mistake("missing_keepdims", edit("np.sum(e, axis=axis, keepdims=True)", "np.sum(e, axis=axis)")),
)

EQUIVALENTS = (
    equivalent("by_logsumexp", defines={"softmax": softmax_by_logsumexp}),
    equivalent("by_torch", defines={"softmax": softmax_by_torch}),
    equivalent("axis_moved", defines={"softmax": softmax_axis_moved}),
)
