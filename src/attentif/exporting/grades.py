"""What nbgrader's gradebook says of an atelier: manual scores and late penalties are in it."""

from __future__ import annotations

from dataclasses import dataclass

from nbgrader.api import Gradebook, MissingEntry


class NoGrades(Exception):
    """The atelier has not been graded, or the gradebook does not know it; the text says what to do."""


@dataclass(frozen=True)
class FinalGrade:
    """A student's points, late penalty taken off, of ``greatest`` possible; ``unfinished``: a cell waits for a
    person."""

    points: float
    greatest: float
    unfinished: bool

    def scaled(self, greatest: float) -> str:
        """The points where ``greatest`` are possible, as a platform reads them: at most five decimals, a point."""
        points = self.points * greatest / self.greatest if self.greatest else 0.0
        return f"{points:.5f}".rstrip("0").rstrip(".")


def grades_of(gradebook: Gradebook, atelier: str) -> dict[str, FinalGrade]:
    """Student → grade, of those who have one. Raises NoGrades."""
    try:
        greatest = float(gradebook.find_assignment(atelier).max_score)
    except MissingEntry as error:
        raise NoGrades(f"the gradebook does not know {atelier}: run `attentif release {atelier}`") from error
    found = {}
    for submission in gradebook.assignment_submissions(atelier):
        points = max(0.0, float(submission.score) - float(submission.late_submission_penalty or 0.0))
        found[submission.student.id] = FinalGrade(points, greatest, bool(submission.needs_manual_grade))
    if not found:
        raise NoGrades(f"nobody's {atelier} is graded: run `attentif grade {atelier}`")
    return found
