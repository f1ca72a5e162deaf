"""Why a person should look at a submission."""

from __future__ import annotations

from dataclasses import dataclass

UNREADABLE = "unreadable file"
KERNEL_DIED = "kernel died"
TIME_LIMIT = "time limit"
BUDGET = "time budget spent"
FORGED = "messages that make no sense"
NO_KERNEL = "kernel did not start"
FOLDER = "folder too large"
ODD_SCORE = "a score that makes no sense"
CHECK_FAULT = "a check stumbled"
MISSING = "notebook missing"
LEFT_OUT = "left out of the folder"
ALIKE = "the same answer as another student"
MANUAL = "manual grading needed"
UNGRADED = "not graded"


@dataclass(frozen=True)
class Flag:
    """One reason; ``kind`` groups alike ones ("memory limit" and the other limits of a kernel are kinds too)."""

    kind: str
    detail: str = ""
