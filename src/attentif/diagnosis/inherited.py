"""Errors that come from an earlier exercise: "right given your `split_heads`"."""

from __future__ import annotations

from attentif.exercises.exercise import Function, Given
from attentif.reports.explanation import Explanation
from attentif.words import inherited as words
from attentif.words.text import Text


def inherited_finding(function: Function, given: Given) -> Text:
    """That the function is right, but for what it calls."""
    return words.right_given(function.name, given.names)


def inherited_explanation(function: Function, given: Given) -> Explanation:
    """What the student reads when the mistake is an earlier one."""
    told, name = words.inherited(function.name, given.names), f"inherited:{'+'.join(given.names)}"
    return Explanation(told.finding, None, told.consequence, told.hints, name, function.name)
