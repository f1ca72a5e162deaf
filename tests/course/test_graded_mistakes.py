"""Every misconception and every equivalent of the course through the real pipeline: put in solved notebooks, handed in,
graded by `attentif grade` in sandboxed kernels, and read back from the gradebook and the graded notebooks.

A notebook that is handed in answers each exercise in its own way, wrong or right: that each gets what its own answer
deserves is part of the proof, and a student for each of some four hundred answers would take minutes more. What other
exercises call is wrong alone. Only what the selected tests need is graded: one exercise takes seconds.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field

import nbformat
import pytest
from course.solved import SolvedNotebook
from courses import ROOT, attentif, gradebook_of, make_course, submit

from attentif.exercises.course import Course
from attentif.exercises.exercise import Exercise, Misconception, Variant
from attentif.grading.results import diagnoses_of
from attentif.references.oracles import load_exercise

COURSE = Course(ROOT)
NOTEBOOKS = [
    SolvedNotebook.read(path) for a in COURSE.ateliers() for path in sorted((ROOT / "source" / a).glob("*.ipynb"))
]
HIDDEN_CHECK_FAILED = re.compile(r"^  [✗⏱] .*\(vérification cachée\)$", re.MULTILINE)
BY_A_RULE = ("inherited:", "generic:", "module:")  # names that no exercise lists
INHERITED = "juste étant donné"  # what a report says where a listed mistake comes from an earlier exercise


@dataclass(frozen=True)
class Submission:
    """A solved notebook in which ``placed`` stands in some exercises' answers, and the student who hands it in."""

    student: str
    notebook: SolvedNotebook
    placed: Mapping[str, Variant] = field(default_factory=dict)

    @property
    def wrong(self) -> dict[str, Misconception]:
        """The exercises answered wrongly."""
        return {name: variant for name, variant in self.placed.items() if isinstance(variant, Misconception)}

    @property
    def callers(self) -> set[str]:
        """The exercises that have a right function which calls a wrong one."""
        return self.notebook.callers(name for variant in self.wrong.values() for name in variant.defines)

    def hand_in(self, course: Course) -> None:
        """Writes it to submitted/."""
        sources = {exercise: variant.source() for exercise, variant in self.placed.items()}
        submit(course, self.student, self.notebook.atelier, self.notebook.edit(sources), self.notebook.name)


def submissions_of(notebook: SolvedNotebook) -> list[Submission]:
    """As many as hold every misconception and every equivalent once; the last one is the notebook as it is solved."""
    exercises = [load_exercise(COURSE.oracle(notebook.atelier, name)) for name in notebook.exercises]
    alone = [
        {e.name: m} for e in exercises for m in e.misconceptions if notebook.callers(m.defines) - {e.name}
    ]  # a mistake that others inherit
    apart = [m for each in alone for m in each.values()]
    wrong = {e.name: [m for m in e.misconceptions if m not in apart] for e in exercises}
    count = max(len(wrong[e.name]) + len(e.equivalents) for e in exercises)
    columns = {e.name: answers(wrong[e.name], e, count, shift) for shift, e in enumerate(exercises)}
    rows = ({name: column[row] for name, column in columns.items() if column[row]} for row in range(count))
    placed = [*filter(None, rows), *alone, {}]
    return [Submission(f"student{n:02}", notebook, each) for n, each in enumerate(placed)]


def answers(wrong: list[Misconception], exercise: Exercise, count: int, shift: int) -> list[Variant | None]:
    """What ``count`` students answer to an exercise: misconceptions at even distances, equivalents where there is room,
    then the solution (None)."""
    placed = {(n * count // len(wrong) + shift) % count: variant for n, variant in enumerate(wrong)}
    equivalents = iter(exercise.equivalents)
    return [placed.get(row) or next(equivalents, None) for row in range(count)]


SUBMISSIONS = [submission for notebook in NOTEBOOKS for submission in submissions_of(notebook)]
PLACED = [(submission, *placed) for submission in SUBMISSIONS for placed in submission.placed.items()]
WRONG = [placed for placed in PLACED if isinstance(placed[-1], Misconception)]
RIGHT = [placed for placed in PLACED if not isinstance(placed[-1], Misconception)]


def name_of(value: object) -> str:
    """A parameter in a test's id."""
    if isinstance(value, Submission):
        return f"{value.notebook.name}-{value.student}"
    return value.name if isinstance(value, Variant) else str(value)


@dataclass
class Graded:
    """The class once it is graded: points and the greatest possible ones, by student and exercise."""

    course: Course
    points: dict[tuple[str, str], tuple[float, float]]

    def lost(self, submission: Submission) -> set[str]:
        """The exercises of the notebook that did not get all their points."""
        points = {name: self.points[submission.student, name] for name in submission.notebook.exercises}
        return {name for name, (obtained, greatest) in points.items() if obtained < greatest}

    def named(self, submission: Submission) -> dict[str, list[str]]:
        """Exercise of the notebook → what its report calls the mistakes; left out where it calls none."""
        found: dict[str, list[str]] = {}
        for exercise, name in diagnoses_of(self.course, submission.notebook.atelier, submission.student):
            if exercise in submission.notebook.exercises:
                found.setdefault(exercise, []).append(name)
        return found

    def cells(self, submission: Submission) -> list[nbformat.NotebookNode]:
        """The graded notebook's cells of code."""
        folder = self.course.root / "autograded" / submission.student / submission.notebook.atelier
        notebook = nbformat.read(folder / f"{submission.notebook.name}.ipynb", 4)
        return [cell for cell in notebook.cells if cell.cell_type == "code"]

    def report(self, submission: Submission, exercise: str) -> str:
        """What the student reads under the exercise's check cell, as text."""
        (check,) = [c for c in self.cells(submission) if c.metadata.get("nbgrader", {}).get("grade_id") == exercise]
        return check.outputs[0].data["text/plain"]


@pytest.fixture(scope="module")
def graded(request, tmp_path_factory):
    """The course, released, with what the selected tests need handed in and graded."""
    course = make_course(tmp_path_factory.mktemp("course"))
    for part in ("source", "grader_tests"):
        shutil.copytree(ROOT / part, course.root / part, ignore=shutil.ignore_patterns("__pycache__"))
    chosen = list(selected(request))
    ateliers = sorted({submission.notebook.atelier for submission in chosen})
    attentif(course, "release", *ateliers)
    for submission in chosen:
        submission.hand_in(course)
    for atelier in ateliers:
        attentif(course, "grade", atelier, timeout=900)
    return Graded(course, points_in(course, ateliers))


def selected(request):
    """The submissions that this module's tests of the present run are about, each once."""
    mine = [item for item in request.session.items if item.module is request.module and hasattr(item, "callspec")]
    return {id(s): s for item in mine if (s := item.callspec.params.get("submission"))}.values()


def points_in(course: Course, ateliers: list[str]) -> dict[tuple[str, str], tuple[float, float]]:
    with gradebook_of(course) as gradebook:
        return {
            (submission.student.id, grade.cell.name): (grade.score, grade.max_score)
            for atelier in ateliers
            for submission in gradebook.assignment_submissions(atelier)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def test_every_misconception_and_every_equivalent_is_handed_in_once():
    exercises = [load_exercise(COURSE.oracle(a, name)) for a in COURSE.ateliers() for name in COURSE.exercises(a)]
    everything = [(e.name, v.name) for e in exercises for v in (*e.misconceptions, *e.equivalents)]
    assert sorted((exercise, variant.name) for _, exercise, variant in PLACED) == sorted(everything)
    assert all(e.misconceptions and e.equivalents for e in exercises)


@pytest.mark.parametrize(("submission", "exercise", "misconception"), WRONG, ids=name_of)
def test_a_misconception_loses_points_and_is_named(graded, submission, exercise, misconception):
    """By its own name only, but for other functions of the exercise that call the wrong one."""
    report = graded.report(submission, exercise)
    assert exercise in graded.lost(submission), report
    assert HIDDEN_CHECK_FAILED.search(report), report
    names = graded.named(submission).get(exercise, [])
    assert misconception.name in names, report
    others = [name for name in names if name != misconception.name]
    assert not others or (exercise in submission.callers and all(name.startswith(BY_A_RULE) for name in others)), report
    assert misconception.finding.fr in report
    assert misconception.finding.en not in report


@pytest.mark.parametrize(("submission", "exercise", "equivalent"), RIGHT, ids=name_of)
def test_an_equivalent_keeps_every_point(graded, submission, exercise, equivalent):
    points, greatest = graded.points[submission.student, exercise]
    assert points == greatest, graded.report(submission, exercise)
    assert exercise not in graded.named(submission)


@pytest.mark.parametrize("submission", SUBMISSIONS, ids=name_of)
def test_wrong_answers_harm_no_other_exercise(graded, submission):
    """But for those that call what is wrong; a mistake named there is said to be inherited."""
    allowed = {*submission.wrong, *submission.callers}
    assert graded.lost(submission) <= allowed
    named = graded.named(submission)
    assert named.keys() <= allowed
    for exercise in named.keys() - submission.wrong.keys():
        by_a_rule = all(name.startswith(BY_A_RULE) for name in named[exercise])
        assert by_a_rule or INHERITED in graded.report(submission, exercise), (exercise, named[exercise])


SOLVED = [submission for submission in SUBMISSIONS if not submission.placed]


@pytest.mark.parametrize("submission", SOLVED, ids=name_of)
def test_no_cell_of_a_solved_notebook_stumbles_in_grading(graded, submission):
    """What grading leaves out (illustrations) defines nothing that other cells need."""
    outputs = [output for cell in graded.cells(submission) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not graded.lost(submission)
