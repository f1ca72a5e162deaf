"""Code that answers the same call in two ways: said as such, with its cause only where that shows."""

from __future__ import annotations

from typing import Any

import numpy as np

from attentif.diagnosis.answers import WrongAnswer
from attentif.diagnosis.relations import Sample
from attentif.exercises.exercise import Case
from attentif.references.outcome import Outcome, run_student
from attentif.remote.wire.errors import RemoteError
from attentif.reports.explanation import Explanation
from attentif.words import two_answers as words


def explain_two_answers(answer: WrongAnswer, case: Case, outcome: Outcome) -> Explanation | None:
    """What is said where a second call of a wrong case gives something else; None where it gives the same again."""
    if outcome.raised or not answer.plain:
        return None
    try:
        again = run_student(case, answer.student)
        if again.raised or again.agrees_with(outcome, answer.function):
            return None
        drawn = _draws(case, answer.student)
    except RemoteError:
        return None
    dropout = drawn and any(_looks_dropped(sample) for sample in answer.samples(case, outcome) or ())
    told = words.two_answers("dropout" if dropout else "random" if drawn else "state")
    return Explanation(told.finding, None, told.consequence, told.hints, function=answer.function.name)


def _draws(case: Case, student: Any) -> bool:
    """Whether the call draws from a global generator."""
    return bool(student.probe("rng_used", case.call))


def _looks_dropped(sample: Sample) -> bool:
    """Whether some values are zero that should not be, and the others are the right ones times one factor."""
    got, wanted = sample.got, sample.wanted
    if got.shape != wanted.shape or got.dtype.kind != "f" or wanted.dtype.kind != "f":
        return False
    telling = np.isfinite(got) & np.isfinite(wanted) & (np.abs(wanted) > 1e-12)
    kept = telling & (got != 0)
    if kept.sum() < 2 or kept.sum() == telling.sum():
        return False
    ratio = got[kept] / wanted[kept]
    return bool(ratio[0] > 1 and np.allclose(ratio, ratio[0], rtol=1e-4))
