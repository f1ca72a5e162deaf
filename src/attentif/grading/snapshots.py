"""The trusted side's view of a submission: one frozen copy of its kernel for each check cell."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from attentif.checks.run import NotRun, Run
from attentif.checks.runner import run_checks
from attentif.exercises.conventions import is_hidden
from attentif.exercises.course import Course
from attentif.grading.budget import Budget, Metered
from attentif.grading.hidden_student import WordlessStudent
from attentif.grading.restraint import bounded_memory
from attentif.references.folder import FolderReferences
from attentif.remote.outside.listener import SnapshotListener
from attentif.remote.outside.student import Student
from attentif.remote.wire.errors import SnapshotMissing
from attentif.reports.results import ExerciseReport
from attentif.words import grading as words
from attentif.words.text import Text


@dataclass
class SnapshotStudents:
    """Gives each check a fresh fork of its exercise's snapshot. ``budget`` bounds the seconds that the calls of
    one exercise may lose to time limits, so that one endless loop does not cost a limit for each check; ``time`` bounds
    all that they take. ``usual`` is the time limit of checks that set none: a shorter one judges the time itself."""

    listener: SnapshotListener
    budget: float
    time: Budget
    usual: float
    missing: dict[str, Text] = field(default_factory=dict)

    @contextlib.contextmanager
    def open(self, exercise: str, check_file: Path, *, time_limit: float) -> Iterator[Student]:
        """A session with a fork of the snapshot; NotRun if there is no snapshot or no time left."""
        if exercise in self.missing:
            raise NotRun(self.missing[exercise])
        if self.listener.lost.get(exercise, 0.0) >= self.budget:
            raise NotRun(words.TOO_SLOW)
        self.time.require(exercise)
        started = monotonic()
        hidden = is_hidden(check_file)
        patient = time_limit >= self.usual
        opened = self.listener.open_session(exercise, time_limit=time_limit, hidden=hidden, patient=patient)
        try:
            with opened as session:
                self.time.checks[exercise] += monotonic() - started
                student = Student(Metered(session._connection, self.time, exercise), session._limits)
                yield WordlessStudent(student) if hidden else student
        except SnapshotMissing:
            # Asked once: a copy that keeps silent may cost its limit of patience a single time.
            self.missing[exercise] = words.NO_ANSWER
            raise NotRun(self.missing[exercise]) from None


def seed_of(secret: str, atelier: str, exercise: str) -> int:
    """The seed of an exercise's hidden draws: the same for all students of a class, so that equal answers get equal
    grades; unknown to whoever does not know the class's ``secret``."""
    digest = hashlib.sha256("\0".join((secret, atelier, exercise)).encode()).digest()
    return int.from_bytes(digest[:4], "big")


def grade_exercises(
    students: SnapshotStudents, course: Course, atelier: str, exercises: dict[str, bool], secret: str, time_limit: float
) -> dict[str, ExerciseReport]:
    """Runs the public checks of each exercise, and the hidden ones where ``exercises[name]`` is true, on inputs drawn
    for the class whose ``secret`` this is."""
    references = FolderReferences(seeds={name: seed_of(secret, atelier, name) for name in exercises})
    run = Run(students, references, default_time_limit=time_limit)
    files = [
        path
        for name, hidden in exercises.items()
        for path in course.check_files(atelier, name)
        if hidden or not is_hidden(path)
    ]
    with bounded_memory():
        return run_checks(run, files, list(exercises), keep=True)


def new_token() -> str:
    """A token that tells one snapshot or cell report from another."""
    return secrets.token_hex(16)
