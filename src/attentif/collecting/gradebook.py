"""The class as nbgrader's gradebook knows it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory

from attentif.collecting.roster import Enrolled, Roster
from attentif.exercises.course import Course


@contextlib.contextmanager
def gradebook(course: Course) -> Iterator[Gradebook]:
    """The gradebook that nbgrader_config.py names; it is made if there is none."""
    with _inside(course.root):
        coursedir = CourseDirectory(parent=_configured())
    with Gradebook(coursedir.db_url, coursedir.course_id) as found:
        yield found


def files_beside(course: Course, atelier: str) -> frozenset[str]:
    """The files, besides notebooks, that a hand-in of the atelier holds: those that nbgrader_config.py says are
    students' own (``Autograde.exclude_overwriting``)."""
    with _inside(course.root):
        own = _configured().config.Autograde.get("exclude_overwriting", {})
    return frozenset(map(str, own.get(atelier, ())))


def _configured() -> NbGrader:
    app = NbGrader()
    app.load_config_file()
    return app


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Python 3.10 has no contextlib.chdir."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def class_of(course: Course) -> Roster:
    """The students whose name or address the gradebook knows: a class list has been read."""
    with gradebook(course) as known:
        return Roster([_student(each) for each in known.students if each.first_name or each.last_name or each.email])


def _student(row: object) -> Enrolled:
    names = ("id", "first_name", "last_name", "email", "lms_user_id")
    return Enrolled(*(getattr(row, name) or "" for name in names))


def enrol(course: Course, roster: Roster) -> tuple[int, int]:
    """Writes the class to the gradebook: how many are new, and how many have changed. Nobody is removed."""
    new = changed = 0
    with gradebook(course) as known:
        before = {each.id: _student(each) for each in known.students}
        for student in roster.students:
            if before.get(student.id) == student:
                continue
            new += student.id not in before
            changed += student.id in before
            known.update_or_create_student(
                student.id,
                first_name=student.first_name or None,
                last_name=student.last_name or None,
                email=student.email or None,
                lms_user_id=student.number or None,
            )
    return new, changed


def set_due(course: Course, atelier: str, due: datetime) -> None:
    """Tells the gradebook when hand-ins are due: nbgrader's penalties for late ones count from there."""
    with gradebook(course) as known:
        date = due.astimezone(timezone.utc).replace(tzinfo=None)
        known.update_or_create_assignment(atelier, duedate=date)
