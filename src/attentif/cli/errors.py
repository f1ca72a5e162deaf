"""What a user of the command line can mend."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attentif.exercises.course import Course, find_course

if TYPE_CHECKING:
    from attentif.publishing.lessons import Lesson


class UserError(Exception):
    """Something about the command or the course folder is not as it must be; the text says what to do."""

    def __init__(self, text: str, *, status: int = 2) -> None:
        super().__init__(text)
        self.status = status


def course_here() -> Course:
    """The course around the current folder; UserError if there is none, or its course.toml cannot be used."""
    from attentif.exercises.settings import BadSettings, read_settings

    course = find_course(Path.cwd())
    if course is None:
        raise UserError("no nbgrader_config.py here or above: run this command inside a course folder")
    try:
        read_settings(course.root)
    except BadSettings as error:
        raise UserError(str(error)) from error
    return course


def chosen_exercises(course: Course, ateliers: list[str], names: list[str]) -> list[tuple[str, str]]:
    """(atelier, exercise) pairs, all of them if none is named; UserError for a name that does not exist."""
    pairs = [(a, e) for a in (ateliers or course.ateliers()) for e in course.exercises(a)]
    unknown = sorted(set(names) - {exercise for _, exercise in pairs})
    if unknown:
        known = ", ".join(exercise for _, exercise in pairs) or "none"
        raise UserError(f"no exercise called {', '.join(unknown)}; there are: {known}")
    return [(a, e) for a, e in pairs if not names or e in names]


def chosen_lessons(course: Course, names: list[str]) -> list[Lesson]:
    """The released lessons of these names, all of them if none is named; UserError for a name that is not released."""
    from attentif.publishing.lessons import lessons

    found = lessons(course, names)
    unknown = sorted(set(names) - {lesson.name for lesson in found})
    if unknown:
        raise UserError(f"not released: {', '.join(unknown)}: run `attentif release {' '.join(unknown)}` first")
    return found
