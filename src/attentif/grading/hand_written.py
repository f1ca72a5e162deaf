"""A hand-written grade cell, as nbgrader's own courses have them: how it is asked for, and what its last line is worth.

docs/instructors.md has the table: what stock nbgrader gives for each kind of value, and what is given here.
"""

from __future__ import annotations

import inspect
import math
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT
from dataclasses import dataclass

from nbformat import NotebookNode

from attentif.grading import outputs
from attentif.remote.outside.listener import CellResult
from attentif.words import grading as words
from attentif.words.text import Text


@dataclass(frozen=True)
class Worth:
    """Points, what the cell says about them, and whether the instructor should know (the score makes no sense)."""

    points: float
    note: Text | None = None
    odd: bool = False


def worth(result: CellResult, points: float) -> Worth:
    """What a cell worth ``points`` that ran to its end earns. Its process is not trusted: any answer is within them."""
    value = result.value
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return Worth(points, words.NOT_A_NUMBER)
    if result.numeric:
        return Worth(0.0, words.NUMERIC, odd=True)
    if type(value) is bool:
        return Worth(points if value else 0.0, words.truth(value))
    if value is None:
        return Worth(points, None if result.shown is None else words.NOT_A_NUMBER)
    if not math.isfinite(value):
        return Worth(0.0, words.NOT_FINITE, odd=True)
    if value < 0:
        return Worth(0.0, words.NEGATIVE, odd=True)
    return Worth(points, words.TOO_LARGE, odd=True) if value > points else Worth(float(value))


def value_outputs(result: CellResult, earned: Worth, lang: str | None = None) -> list[NotebookNode]:
    """What stands under the cell: its value where the score is another thing, why, and the score that nbgrader reads.
    Nothing where the last line has no value."""
    if earned.note is None:
        return [] if result.shown is None else [outputs.score_output(earned.points)]
    shown = [outputs.text_output(result.shown or "", lang), outputs.note_output(earned.note, lang)]
    return [*shown, outputs.score_output(earned.points)]


def awaits(source: str) -> bool:
    """Whether a cell awaits something at its top level."""
    if "await" not in source and "async" not in source:
        return False
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        code = compile(TransformerManager().transform_cell(source), "cell", "exec", PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError):
        return False
    return bool(code.co_flags & inspect.CO_COROUTINE)
