"""1.5 LogSumExp and log-softmax: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def lse_by_logaddexp(x, axis=-1):
    return np.logaddexp.reduce(x, axis=axis)


def log_softmax_by_logaddexp(x, axis=-1):
    return x - np.logaddexp.reduce(x, axis=axis, keepdims=True)


def lse_by_torch(x, axis=-1):
    return torch.logsumexp(torch.as_tensor(np.array(x), dtype=torch.float64), dim=axis).numpy()


def log_softmax_by_torch(x, axis=-1):
    return torch.log_softmax(torch.as_tensor(np.array(x), dtype=torch.float64), dim=axis).numpy()


MISTAKES = (
    mistake("lse_unstable", edit("c = np.where(np.isfinite(c), c, 0.0)", "c = np.zeros_like(c)")),
    mistake("lse_max_not_added", edit(" + np.squeeze(c, axis=axis)", "")),
    mistake("lse_max_added_twice", edit(" + np.squeeze(c, axis=axis)", " + 2 * np.squeeze(c, axis=axis)")),
    mistake("lse_mean", edit("np.sum(np.exp(x - c)", "np.mean(np.exp(x - c)")),
    mistake(
        "lse_nan_on_empty_row",
        edit("\n    c = np.where(np.isfinite(c), c, 0.0)  # an all −inf row: −inf − (−inf) would be NaN", ""),
    ),
    mistake(
        "lse_frozen_axis",
        edit("c = np.max(x, axis=axis, keepdims=True)", "c = np.max(x, axis=-1, keepdims=True)"),
        edit(
            "np.sum(np.exp(x - c), axis=axis)) + np.squeeze(c, axis=axis)",
            "np.sum(np.exp(x - c), axis=-1)) + np.squeeze(c, axis=-1)",
        ),
    ),
    mistake(
        "log_of_softmax",
        edit(
            "shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))",
            "np.log(np.exp(shifted) / np.sum(np.exp(shifted), axis=axis, keepdims=True))",
        ),
    ),
    mistake("log_softmax_unstable", edit("shifted = x - np.max(x, axis=axis, keepdims=True)", "shifted = x")),
    mistake("log_softmax_max_not_added", edit("return shifted - np", "return x - np")),
    mistake(
        "log_softmax_max_twice",
        edit("return shifted - np", "return shifted - np.max(x, axis=axis, keepdims=True) - np"),
    ),
    mistake("log_softmax_mean", edit("np.sum(np.exp(shifted)", "np.mean(np.exp(shifted)")),
    mistake(
        "log_softmax_frozen_axis",
        edit("shifted = x - np.max(x, axis=axis", "shifted = x - np.max(x, axis=-1"),
        edit("np.exp(shifted), axis=axis", "np.exp(shifted), axis=-1"),
    ),
)

EQUIVALENTS = (
    equivalent("by_logaddexp", defines={"logsumexp": lse_by_logaddexp, "log_softmax": log_softmax_by_logaddexp}),
    equivalent("by_torch", defines={"logsumexp": lse_by_torch, "log_softmax": log_softmax_by_torch}),
)
