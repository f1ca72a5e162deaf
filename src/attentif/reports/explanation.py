"""How a check says no: a finding, its evidence, its consequence, graded hints."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from attentif.words import reports as words
from attentif.words.text import Text


@dataclass(frozen=True)
class Picture:
    """Two matrices to be shown side by side; public checks only. ``name`` is the output's, ``rows`` and ``columns``
    name their axes, ``place`` says where they lie in what has more axes ("B=0, h=1"), ``differs`` marks the entries
    that are wrong (where it is empty: those that are not equal)."""

    title: Text
    student: list[list[float]]
    expected: list[list[float]]
    rows: str = ""
    columns: str = ""
    place: str = ""
    name: str = ""
    differs: list[list[bool]] = field(default_factory=list)


@dataclass(frozen=True)
class Explanation:
    """What a student reads about a check that failed.

    ``evidence`` may quote sizes and values, so it is dropped from the report of a hidden check; ``diagnosis`` is
    the name of the misconception that was recognised, empty if none. ``convention``: not an error but another
    convention than the statement's; ``unwritten``: the released stub is still there.
    """

    finding: Text
    evidence: Text | None = None
    consequence: Text | None = None
    hints: tuple[Text, ...] = ()
    diagnosis: str = ""
    function: str = ""
    picture: Picture | None = None
    convention: bool = False
    unwritten: bool = False

    @property
    def head(self) -> Text:
        """The finding, said to be another convention where it is one."""
        if not self.convention:
            return self.finding
        return words.another_convention(self.finding)

    def without_values(self) -> Explanation:
        """The same explanation without anything that shows inputs, sizes or expected values."""
        return replace(self, evidence=None, picture=None)


class CheckFailure(AssertionError):
    """A check failed, and ``explanations`` say why (one for each function concerned)."""

    def __init__(self, *explanations: Explanation) -> None:
        super().__init__(" / ".join(e.finding.fr for e in explanations))
        self.explanations = explanations


class PropertyFailure(CheckFailure):
    """A property that a check file asked about does not hold: judged from values, and so only if they are numbers."""


def fail(finding: Text, **details: Any) -> NoReturn:
    """Fails the running check with a message for the student (``details``: other fields of Explanation). Where the
    student's code returned a NaN, the report tells of it instead."""
    raise PropertyFailure(Explanation(finding, **details))
