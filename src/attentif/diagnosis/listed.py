"""Naming the mistake: which known misconception gives exactly what the student's function gave?

A wrong diagnosis is worse than none, so a misconception is named only if it explains the outcome of *every* case
of the function and no other one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attentif.exercises.exercise import Case, Function
from attentif.references.candidates import Candidate
from attentif.references.outcome import Outcome


def explaining(
    function: Function, cases: Sequence[Case], outcomes: Sequence[Outcome], candidates: Iterable[Candidate]
) -> list[Candidate]:
    """Every candidate that agrees with the student's outcome on every case; none if every case raised."""
    if all(outcome.raised for outcome in outcomes):
        return []
    return [c for c in candidates if _explains(c, function, cases, outcomes)]


def _explains(candidate: Candidate, function: Function, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> bool:
    return all(
        outcome.agrees_with(candidate.outcome(case), function) for case, outcome in zip(cases, outcomes, strict=True)
    )
