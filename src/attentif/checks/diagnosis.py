"""Naming the mistake: which known misconception gives exactly what the student's function gave?

A wrong diagnosis is worse than none, so a misconception is named only if it explains the outcome of *every* case
of the function and no other one does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from attentif.checks.exercise import Case, Function, Text
from attentif.checks.failures import Explanation
from attentif.checks.outcome import Outcome


@dataclass(frozen=True)
class Candidate:
    """A misconception as the diagnosis sees it: its words, and what it gives for a case."""

    name: str
    finding: Text
    consequence: Text
    hints: tuple[Text, ...]
    outcome: Callable[[Case], Outcome]
    convention: bool = False

    def explanation(self, function: Function, evidence: Text | None) -> Explanation:
        """What the student reads when this misconception is recognised."""
        return Explanation(
            self.finding,
            evidence,
            self.consequence,
            self.hints,
            self.name,
            function.name,
            convention=self.convention,
        )


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
