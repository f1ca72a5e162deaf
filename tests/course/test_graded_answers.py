"""Misconceptions, equivalents and right answers of the course through the real pipeline: put in solved notebooks
(submissions.py), handed in, graded by `attentif grade` in sandboxed kernels, and read back from the gradebook and the
graded notebooks. Only what the selected tests need is graded: one exercise takes seconds.

By default about a fifth of them, of every exercise; with ``ATTENTIF_EVERY_ANSWER=1`` all. The others are graded by the
same check files in one process (test_golden.py, test_right_answers.py): both are compared with the same golden/.
"""

from __future__ import annotations

import functools
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from course.frozen import kept, told
from course.right_answers import RIGHT_ANSWERS
from course.submissions import COURSE, IN_CLASS, SUBMISSIONS, Submission
from courses import ROOT, attentif, gradebook_of, make_course

from attentif.exercises.course import Course
from attentif.exercises.exercise import Misconception, Variant
from attentif.grading.results import diagnoses_of
from attentif.references.oracles import load_exercise
from attentif.reports.results_file import NotebookResults

HIDDEN_CHECK_FAILED = re.compile(r"^  [✗⏱] .*\(vérification cachée\)$", re.MULTILINE)
BY_A_RULE = ("inherited:", "generic:", "module:")  # names that no exercise lists
APART_BY = "atelier"
INHERITED = "juste étant donné"  # what a report says where a listed mistake comes from an earlier exercise
IGNORED = shutil.ignore_patterns("__pycache__")
HANDED_IN = [(submission.notebook.atelier, submission) for submission in IN_CLASS]
PLACED = [(atelier, s, *placed) for atelier, s in HANDED_IN for placed in s.placed.items()]
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

    def told(self, submission: Submission, exercise: str) -> str:
        """The score in hundredths and the names, as golden/ keeps them."""
        path = self.autograded(submission) / f"{submission.notebook.name}.results.json"
        results = NotebookResults.from_json(path.read_text(encoding="utf-8"))
        (report,) = [graded.report for graded in results.exercises if graded.report.exercise == exercise]
        return told(report)

    def autograded(self, submission: Submission) -> Path:
        """The folder with what came of it."""
        return self.course.root / "autograded" / submission.student / submission.notebook.atelier

    def cells(self, submission: Submission) -> list[nbformat.NotebookNode]:
        """The graded notebook's cells of code."""
        notebook = nbformat.read(self.autograded(submission) / f"{submission.notebook.name}.ipynb", 4)
        return [cell for cell in notebook.cells if cell.cell_type == "code"]

    def report(self, submission: Submission, exercise: str) -> str:
        """What the student reads under the exercise's check cell, as text."""
        (check,) = [c for c in self.cells(submission) if c.metadata.get("nbgrader", {}).get("grade_id") == exercise]
        return check.outputs[0].data["text/plain"]


@pytest.fixture(scope="module")
def classes(request, tmp_path_factory):
    """The class of an atelier, graded when it is first asked for: what the selected tests need."""

    @functools.cache
    def graded(atelier):
        course = make_course(tmp_path_factory.mktemp("course"))
        for part in ("source", "grader_tests"):
            shutil.copytree(ROOT / part / atelier, course.root / part / atelier, ignore=IGNORED)
        attentif(course, "release", atelier)
        for submission in selected(request, atelier):
            submission.hand_in(course)
        attentif(course, "grade", atelier, timeout=1500)
        return Graded(course, points_in(course, atelier))

    return graded


def selected(request, atelier):
    """The submissions that this module's tests of the present run are about, each once."""
    mine = [item for item in request.session.items if item.module is request.module and hasattr(item, "callspec")]
    found = {id(s): s for item in mine if (s := item.callspec.params.get("submission"))}.values()
    return [submission for submission in found if submission.notebook.atelier == atelier]


@pytest.fixture
def graded(classes, atelier):
    """The class of the atelier that a test is about."""
    return classes(atelier)


def points_in(course: Course, atelier: str) -> dict[tuple[str, str], tuple[float, float]]:
    with gradebook_of(course) as gradebook:
        return {
            (submission.student.id, grade.cell.name): (grade.score, grade.max_score)
            for submission in gradebook.assignment_submissions(atelier)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def test_every_answer_stands_in_one_notebook():
    exercises = [load_exercise(COURSE.oracle(a, name)) for a in COURSE.ateliers() for name in COURSE.exercises(a)]
    everything = [(e.name, v.name) for e in exercises for v in (*e.misconceptions, *e.equivalents)]
    everything += [(right.exercise, right.name) for right in RIGHT_ANSWERS]
    placed = [(exercise, variant.name) for s in SUBMISSIONS for exercise, variant in s.placed.items()]
    assert sorted(placed) == sorted(everything)
    assert all(e.misconceptions and e.equivalents for e in exercises if e.functions)


def test_the_class_holds_wrong_and_right_answers_to_every_exercise():
    exercises = [load_exercise(COURSE.oracle(a, name)) for a in COURSE.ateliers() for name in COURSE.exercises(a)]
    names = {exercise.name for exercise in exercises if exercise.functions}
    assert {exercise for *_, exercise, _ in WRONG} == names == {exercise for *_, exercise, _ in RIGHT}


@pytest.mark.parametrize(("atelier", "submission", "exercise", "misconception"), WRONG, ids=name_of)
def test_a_misconception_loses_points_and_is_named(graded, submission, exercise, misconception):
    """By its own name only, but for other functions of the exercise that call the wrong one."""
    report = graded.report(submission, exercise)
    assert exercise in graded.lost(submission), report
    assert HIDDEN_CHECK_FAILED.search(report), report
    names = graded.named(submission).get(exercise, [])
    assert misconception.name in names, report
    others = [name for name in names if name != misconception.name]
    assert not others or (exercise in submission.callers and all(name.startswith(BY_A_RULE) for name in others)), report
    if exercise not in submission.callers:  # golden/ is made without the rest of the notebook
        assert graded.told(submission, exercise) == kept(exercise)["mistakes"][misconception.name], report
    assert misconception.finding.fr in report
    assert misconception.finding.en not in report


@pytest.mark.parametrize(("atelier", "submission", "exercise", "right"), RIGHT, ids=name_of)
def test_a_right_answer_keeps_every_point(graded, submission, exercise, right):
    points, greatest = graded.points[submission.student, exercise]
    assert points == greatest, graded.report(submission, exercise)
    assert exercise not in graded.named(submission)


@pytest.mark.parametrize(("atelier", "submission"), HANDED_IN, ids=name_of)
def test_wrong_answers_harm_no_other_exercise(graded, submission):
    """But for those that call what is wrong; a mistake named there is said to be inherited. What is not answered gets
    nothing, and no name."""
    allowed = {*submission.wrong, *submission.callers}
    assert submission.blank <= graded.lost(submission) <= allowed | submission.blank
    assert not any(graded.points[submission.student, exercise][0] for exercise in submission.blank)
    named = graded.named(submission)
    assert named.keys() <= allowed
    for exercise in named.keys() - submission.wrong.keys():
        by_a_rule = all(name.startswith(BY_A_RULE) for name in named[exercise])
        assert by_a_rule or INHERITED in graded.report(submission, exercise), (exercise, named[exercise])


SOLVED = [(atelier, submission) for atelier, submission in HANDED_IN if not submission.placed]


@pytest.mark.parametrize(("atelier", "submission"), SOLVED, ids=name_of)
def test_no_cell_of_a_solved_notebook_stumbles_in_grading(graded, submission):
    """What grading leaves out (illustrations) defines nothing that other cells need."""
    outputs = [output for cell in graded.cells(submission) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not graded.lost(submission)
