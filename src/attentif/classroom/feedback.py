"""One page for each student and atelier: total, points and reports of each exercise, comments, what is missing.

Points are the gradebook's: a score that a person gave wins, and the page says that it was given by hand. Students'
names and what reports quote of their code are data: escaped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from nbgrader.api import Grade, Gradebook, SubmittedAssignment, SubmittedNotebook

from attentif.classroom.page import template
from attentif.exercises.course import Course
from attentif.exercises.handout import Handout
from attentif.reports.kept import kept_results
from attentif.reports.pages import html_report
from attentif.reports.results import ExerciseReport
from attentif.reports.results_file import ResultsBroken
from attentif.words import classroom as words
from attentif.words.language import Language
from attentif.words.reports import number
from attentif.words.text import Text


@dataclass(frozen=True)
class ExercisePart:
    """One graded cell as the page shows it. ``by_hand``: a person set the score; ``waits``: a person still has to.
    ``report`` is None for cells that no check of ours grades."""

    title: Text
    points: float
    greatest: float
    by_hand: bool
    waits: bool
    report: ExerciseReport | None
    comment: str


@dataclass(frozen=True)
class NotebookPart:
    """A notebook of the atelier: handed in, or missing. ``comments`` are those on cells that give no points."""

    name: str
    missing: bool
    exercises: tuple[ExercisePart, ...]
    comments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feedback:
    """Everything on a student's page; ``penalty`` are points taken off for being late."""

    student: str
    name: str
    atelier: str
    points: float
    greatest: float
    penalty: float
    notebooks: tuple[NotebookPart, ...] = ()

    def html(self, lang: Language, handout: Handout | None = None) -> str:
        """The page: self-contained, printable, without a script. ``handout``: the course, and whom to ask."""
        said = handout or Handout()

        def report(part: ExercisePart) -> Markup:
            return Markup(html_report(part.report, lang=lang)) if part.report else Markup()

        return template("feedback.html.j2").render(
            feedback=self,
            lang=lang,
            said=lambda text: text.to(lang),
            number=lambda value: number(value, lang),
            report=report,
            words=words,
            contact=said.contact,
            course=said.title,
            forum=said.question(self.atelier),
        )


def feedback_of(course: Course, gradebook: Gradebook, atelier: str) -> Iterator[Feedback]:
    """A page for each student who is graded, in the order of their identifiers."""
    for submission in sorted(gradebook.assignment_submissions(atelier), key=lambda each: str(each.student.id)):
        yield _feedback(course, submission, atelier)


def _feedback(course: Course, submission: SubmittedAssignment, atelier: str) -> Feedback:
    student = submission.student
    parts = [
        _notebook(course, str(student.id), atelier, notebook)
        for notebook in sorted(submission.notebooks, key=lambda each: str(each.name))
    ]
    penalty = float(submission.late_submission_penalty or 0.0)
    return Feedback(
        str(student.id),
        f"{student.first_name or ''} {student.last_name or ''}".strip() or str(student.id),
        atelier,
        max(0.0, float(submission.score) - penalty),
        float(submission.max_score),
        penalty,
        tuple(parts),
    )


def _notebook(course: Course, student: str, atelier: str, notebook: SubmittedNotebook) -> NotebookPart:
    name = str(notebook.name)
    folder = course.root / "autograded" / student / atelier
    missing = not (folder / f"{name}.ipynb").is_file()
    reports = _reports(folder, student, name)
    comments = {str(each.name): each.comment for each in notebook.comments if each.comment}
    exercises = tuple(
        _exercise(grade, reports.get(str(grade.name)), comments.pop(str(grade.name), ""))
        for grade in notebook.grades
        if grade.max_score
    )
    return NotebookPart(name, missing, exercises, tuple(comments.values()))


def _exercise(grade: Grade, report: ExerciseReport | None, comment: str) -> ExercisePart:
    name = str(grade.name)
    return ExercisePart(
        (report.title if report and report.title else None) or Text(name, name),
        float(grade.score),
        float(grade.max_score),
        grade.manual_score is not None,
        bool(grade.needs_manual_grade) and grade.manual_score is None,  # graded again, nbgrader asks for another look
        report,
        comment,
    )


def _reports(folder: Path, student: str, notebook: str) -> dict[str, ExerciseReport]:
    try:
        results = kept_results(folder, student, notebook)
    except ResultsBroken:
        return {}
    return {graded.report.exercise: graded.report for graded in results.exercises} if results else {}
