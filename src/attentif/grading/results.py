"""Reading results back: scores from the export, diagnoses from the graded notebooks."""

from __future__ import annotations

import csv
from pathlib import Path

import nbformat

from attentif.exercises.course import Course

DIAGNOSES = "attentif_diagnoses"


def exported_scores(path: Path, atelier: str) -> dict[str, float]:
    """Student → points for an atelier, from the file that ``nbgrader export`` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == atelier]
    return {row["student_id"]: float(row["score"]) for row in rows}


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
