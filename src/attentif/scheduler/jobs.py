"""What the scheduler and its workers say to each other: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attentif.grading.flags import Flag
from attentif.intake.places import HandIn

Rows = dict[str, list[dict[str, Any]]]  # table of the gradebook → its rows


@dataclass(frozen=True)
class Submission:
    """A folder that was handed in, and where its graded copy goes."""

    student: str
    hand_in: HandIn
    destination: Path


@dataclass(frozen=True)
class Facts:
    """What the course's configuration says; ``preload`` is None where kernels are not ours."""

    db_url: str
    course_id: str
    submissions: tuple[Submission, ...]
    without_notebook: tuple[str, ...]
    sandbox: str
    preload: tuple[str, ...] | None
    key: str
    groupshared: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setup:
    """What all jobs of one run share; ``scratch`` is relative to ``root``."""

    root: Path
    atelier: str
    assignment_id: str
    scratch: str
    sandbox: str
    preload: tuple[str, ...] | None
    template: str

    @property
    def blank(self) -> Path:
        """The gradebook with the assignment and no student."""
        return self.root / self.scratch / "blank.db"


@dataclass(frozen=True)
class Job:
    """One submission to grade, with its rows in the gradebook."""

    setup: Setup
    student: str
    before: Rows


@dataclass(frozen=True)
class Graded:
    """What came of a job: rows and a folder; or ``error``, and nothing else counts. ``fingerprint`` is that of the
    very reading of the hand-in that was graded; empty if it is not known."""

    student: str
    fingerprint: str
    after: Rows
    folder: Path
    flags: tuple[Flag, ...]
    seconds: float
    error: str = ""
    log: str = ""
