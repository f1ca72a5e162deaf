"""A mistake as the diagnosis sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from attentif.exercises.exercise import Case, Function
from attentif.references.outcome import Outcome
from attentif.reports.explanation import Explanation
from attentif.words.text import Text


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
