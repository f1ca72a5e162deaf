"""Reading results back: scores from the export, diagnoses from the results files."""

from __future__ import annotations

import csv
from pathlib import Path

from attentif.exercises.course import Course
from attentif.reports.results_file import SUFFIX, NotebookResults


def exported_scores(path: Path, atelier: str) -> dict[str, float]:
    """Student → points for an atelier, from the file that ``nbgrader export`` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == atelier]
    return {row["student_id"]: float(row["score"]) for row in rows}


def diagnoses_of(course: Course, atelier: str, student: str) -> tuple[tuple[str, str], ...]:
    """(exercise, misconception) pairs named in a student's graded notebooks, in their order."""
    found: dict[tuple[str, str], None] = {}
    for path in sorted((course.root / "autograded" / student / atelier).glob(f"*{SUFFIX}")):
        for graded in NotebookResults.from_json(path.read_text(encoding="utf-8")).exercises:
            found.update(dict.fromkeys((graded.report.exercise, name) for name in graded.report.diagnoses))
    return tuple(found)
