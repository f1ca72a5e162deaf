"""Reading results back: scores from the gradebook, diagnoses from the graded notebooks."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from attentif.checks.course import Course

DIAGNOSES = "attentif_diagnoses"


def scores_of(course: Course, atelier: str) -> dict[str, float]:
    """Student → points for an atelier; empty if the gradebook does not know it."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        try:
            submissions = gradebook.assignment_submissions(atelier)
        except MissingEntry:
            return {}
        return {submission.student.id: float(submission.score) for submission in submissions}


def diagnoses_of(course: Course, atelier: str, student: str) -> tuple[tuple[str, str], ...]:
    """(exercise, misconception) pairs named in a student's graded notebooks, in their order."""
    found: dict[tuple[str, str], None] = {}
    for path in sorted((course.root / "autograded" / student / atelier).glob("*.ipynb")):
        found.update(dict.fromkeys(_diagnoses_in(path)))
    return tuple(found)


def _diagnoses_in(path: Path) -> list[tuple[str, str]]:
    pairs = []
    for cell in nbformat.read(path, 4).cells:
        for output in cell.get("outputs", []):
            named = output.get("metadata", {}).get(DIAGNOSES, {})
            pairs += [(exercise, name) for exercise, names in named.items() for name in names]
    return pairs
