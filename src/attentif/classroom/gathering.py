"""What is known of an atelier's class: scores from the gradebook (manual ones win), mistakes and flags from results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from nbgrader.api import Gradebook
from numpy.typing import NDArray

from attentif.exercises.course import Course
from attentif.exporting.grades import NoGrades, grades_of
from attentif.reports.kept import kept_results
from attentif.reports.results import ExerciseReport
from attentif.reports.results_file import SUFFIX, ResultsBroken
from attentif.words.text import Text


@dataclass(frozen=True)
class Item:
    """One graded cell: where it stands, what its exercise is called, the most that it gives."""

    notebook: str
    name: str
    title: Text
    greatest: float


@dataclass
class Mistake:
    """A mistake that reports name: its exercise, what they say of it, whose it is."""

    item: str
    name: str
    finding: Text
    students: list[str] = field(default_factory=list)


@dataclass
class ClassData:
    """``scores`` is (students, items), in points; ``totals`` (students,) what the gradebook gives, late penalties taken
    off, of ``greatest``. ``unfinished``: students whose cell waits for a person; ``silent``: enrolled, without a
    grade."""

    atelier: str
    students: list[str]
    items: list[Item]
    scores: NDArray[np.float64]
    totals: NDArray[np.float64]
    greatest: float
    mistakes: list[Mistake] = field(default_factory=list)
    flags: list[tuple[str, str, str]] = field(default_factory=list)  # student, kind, detail
    unfinished: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)  # of grading, by student
    unread: list[str] = field(default_factory=list)  # results files that could not be read


def gather(course: Course, gradebook: Gradebook, atelier: str) -> ClassData:
    """Everything kept of the atelier. Raises NoGrades where nobody is graded."""
    grades = grades_of(gradebook, atelier)
    students = sorted(grades)
    cells = _cells(gradebook, atelier)
    scores = np.zeros((len(students), len(cells)))
    places = {key: number for number, key in enumerate(cells)}
    rows = {student: number for number, student in enumerate(students)}
    for submission in gradebook.assignment_submissions(atelier):
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                key = (notebook.name, grade.cell.name)
                scores[rows[submission.student.id], places[key]] = float(grade.score)
    data = ClassData(
        atelier,
        students,
        [],
        scores,
        np.array([grades[student].points for student in students]),
        next(iter(grades.values())).greatest,
        unfinished=[student for student in students if grades[student].unfinished],
        silent=sorted({each.id for each in gradebook.students} - grades.keys()),
    )
    names = sorted(str(notebook.name) for notebook in gradebook.find_assignment(atelier).notebooks)
    titles = _read_results(course, data, names)
    data.items = [Item(n, name, titles.get(name, Text(name, name)), most) for (n, name), most in cells.items()]
    return data


def _cells(gradebook: Gradebook, atelier: str) -> dict[tuple[str, str], float]:
    assignment = gradebook.find_assignment(atelier)
    found = {}
    for notebook in sorted(assignment.notebooks, key=lambda each: str(each.name)):
        for cell in notebook.grade_cells:
            if cell.max_score:
                found[str(notebook.name), str(cell.name)] = float(cell.max_score)
    if not found:
        raise NoGrades(f"{atelier} has no graded cell")
    return found


def _read_results(course: Course, data: ClassData, notebooks: list[str]) -> Mapping[str, Text]:
    """Fills mistakes, flags and seconds; returns exercises' titles. Other files of the folders are the students'."""
    titles: dict[str, Text] = {}
    mistakes: dict[tuple[str, str], Mistake] = {}
    seconds: dict[str, float] = defaultdict(float)
    for student in data.students:
        for notebook in notebooks:
            try:
                results = kept_results(course.root / "autograded" / student / data.atelier, student, notebook)
            except ResultsBroken:
                data.unread.append(f"{student}/{notebook}{SUFFIX}")
                continue
            if results is None:
                continue
            seconds[student] += results.seconds
            data.flags += [(student, kind, detail) for kind, detail in results.flags]
            for graded in results.exercises:
                if graded.report.title is not None:
                    titles.setdefault(graded.report.exercise, graded.report.title)
                _add_mistakes(mistakes, graded.report, student)
    data.seconds = dict(seconds)
    data.mistakes = sorted(mistakes.values(), key=lambda mistake: (-len(mistake.students), mistake.item, mistake.name))
    return titles


def _add_mistakes(mistakes: dict[tuple[str, str], Mistake], report: ExerciseReport, student: str) -> None:
    for explanation in (explanation for result in report.results for explanation in result.explanations):
        if explanation.diagnosis:
            key = (report.exercise, explanation.diagnosis)
            mistake = mistakes.setdefault(key, Mistake(*key, explanation.finding))
            if student not in mistake.students:
                mistake.students.append(student)
