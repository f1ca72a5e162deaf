"""One run of pytest over check files: whose code is checked, against which references, and what came of it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest

from attentif.checks.cases import Reference
from attentif.checks.remarks import Remarks
from attentif.diagnosis.answers import Asked
from attentif.reports.results import CheckResult
from attentif.words.text import Text


class Students(Protocol):
    """Where the student's code is found."""

    def open(
        self, exercise: str, check_file: Path, *, time_limit: float, alone: bool = False
    ) -> AbstractContextManager[Any]:
        """The student's names as they stand at the check cell of ``exercise``; raises NotRun if there is none.

        alone: no other check is to have been there before; else one may have been, which ``shared`` then says."""

    @property
    def shared(self) -> bool:
        """Whether other checks had met the code that was opened last, in the same process, before."""

    def start_afresh(self, *, forgive: bool = False) -> None:
        """The next check meets code that no check has met. forgive: what the last one lost of its exercise's time does
        not count, since it will be repeated."""

    def keep_apart(self, exercise: str) -> None:
        """From now on each check of the exercise meets code that no check has met."""

    def folder(self, check_file: Path) -> Path | None:
        """Where the files lie that were handed in; None where there are none."""


class References(Protocol):
    """Where right answers are found."""

    def load(self, exercise: str, check_file: Path) -> Reference:
        """The reference that the checks of ``check_file`` compare with."""

    def seed_of(self, exercise: str) -> int:
        """What the exercise's hidden inputs are drawn from."""


class NotRun(Exception):
    """A check could not run; ``args[0]`` is a Text that says why."""


@dataclass
class Run:
    """The state of a run: what the plugin's fixtures and hooks share."""

    students: Students
    references: References
    default_time_limit: float = 10.0
    results: dict[str, list[CheckResult]] = field(default_factory=dict)
    titles: dict[str, Text] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    remarks: dict[str, Remarks] = field(default_factory=dict)
    interrupted: bool = False  # by the person in front of the machine

    def passed(self, exercise: str, test: str) -> bool:
        """Whether a check of that name has run and passed for the exercise."""
        return any(r.test == test and r.verdict.value == "passed" for r in self.results.get(exercise, []))


RUN = pytest.StashKey[Run]()
