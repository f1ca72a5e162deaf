"""The reference made to call the student's own earlier functions: is an answer right, given those?"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from attentif.exercises.exercise import Case, Exercise, Function, Given
from attentif.references.outcome import Outcome, evaluate
from attentif.remote.wire import errors


def inherited(
    exercise: Exercise, function: Function, cases: Sequence[Case], outcomes: Sequence[Outcome], student: Any
) -> Given | None:
    """The fewest earlier functions whose mistakes explain every case, if that is one choice only: the reference, made
    to call the student's own, gives what the student gives. ``cases`` are as they were drawn."""
    if all(outcome.raised for outcome in outcomes):
        return None
    explaining = [
        given for given in exercise.given if _explains(_namespace(exercise, given, student), function, cases, outcomes)
    ]
    fewest = min((len(given.names) for given in explaining), default=0)
    chosen = [given for given in explaining if len(given.names) == fewest]
    return chosen[0] if len(chosen) == 1 else None


def _namespace(exercise: Exercise, given: Given, student: Any) -> SimpleNamespace | None:
    try:
        functions = [getattr(student, name) for name in given.names]
    except (errors.NameMissing, errors.NotCallable):
        return None
    if not all(callable(function) for function in functions):
        return None
    return SimpleNamespace(**{**vars(exercise.namespace()), **given.written_with(*functions)})


def _explains(
    namespace: SimpleNamespace | None, function: Function, cases: Sequence[Case], outcomes: Sequence[Outcome]
) -> bool:
    return namespace is not None and all(
        outcome.agrees_with(evaluate(case, namespace), function) for case, outcome in zip(cases, outcomes, strict=True)
    )
