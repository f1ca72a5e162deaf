"""A wrong gradient: what is said of it depends on what it is, and names no cause that was not tested."""

from __future__ import annotations

from typing import Any

import numpy as np

from attentif.diagnosis.small_gap import is_small
from attentif.exercises.exercise import Function
from attentif.references.compare import to_numpy
from attentif.reports.explanation import Explanation
from attentif.words import gradients as words


def explain_gradient(function: Function, name: str, mine: Any, theirs: Any) -> Explanation:
    """What the student reads of the gradient with respect to ``name`` through a function; ``theirs`` is the right one
    (a tensor, or a list of them)."""
    told = words.wrong_gradient(function.name, name, _kind(_arrays(mine), _arrays(theirs)))
    return Explanation(told.finding, None, told.consequence, told.hints, function=function.name)


def _arrays(value: Any) -> list[np.ndarray] | None:
    parts = [to_numpy(part) for part in (value if isinstance(value, (list, tuple)) else [value])]
    return None if any(part is None for part in parts) else [part for part in parts if part is not None]


def _kind(mine: list[np.ndarray] | None, theirs: list[np.ndarray] | None) -> words.Kind:
    if mine is None or theirs is None or len(mine) != len(theirs):
        return "other"
    if any(not np.isfinite(array).all() for array in mine) and all(np.isfinite(array).all() for array in theirs):
        return "not finite"
    wanted = any(array.any() for array in theirs)
    if wanted and not any(array.any() for array in mine):
        return "zero"
    wrong = [(a, b) for a, b in zip(mine, theirs, strict=True) if not np.array_equal(a, b)]
    return "small gap" if wrong and all(is_small(a, b) for a, b in wrong) else "other"
