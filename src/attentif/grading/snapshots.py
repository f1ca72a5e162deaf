"""The trusted side's view of a submission: one frozen copy of its kernel for each check cell."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from attentif.checks.remarks import Remarks
from attentif.checks.run import NotRun, Run
from attentif.checks.runner import run_checks
from attentif.exercises.conventions import is_hidden
from attentif.exercises.course import Course
from attentif.grading.budget import Budget, Metered
from attentif.grading.hidden_student import WordlessStudent
from attentif.grading.restraint import bounded_memory
from attentif.references.folder import FolderReferences
from attentif.remote.outside.listener import SnapshotListener
from attentif.remote.outside.student import Student, refuse_overtime, rejoin
from attentif.remote.wire.errors import SnapshotMissing
from attentif.reports.results import ExerciseReport
from attentif.words import grading as words
from attentif.words.text import Text


@dataclass(frozen=True)
class _Kept:
    """A session that further checks may meet, and what ends it."""

    session: Student
    stack: contextlib.ExitStack


@dataclass(frozen=True)
class _Spent:
    """Seconds that an exercise had spent before a check: lost to limits, and in all."""

    exercise: str
    lost: float
    time: float


@dataclass
class SnapshotStudents:
    """Gives checks a fresh fork of their exercise's snapshot, or one that others have met (``shared``).

    ``budget`` bounds the seconds that the calls of one exercise may lose to time limits, so that one endless loop does
    not cost a limit for each check; ``time`` bounds all that they take. ``usual`` is the time limit of checks that set
    none: a shorter one judges the time itself. ``handed_in`` is the plain copy of the student's folder.
    """

    listener: SnapshotListener
    budget: float
    time: Budget
    usual: float
    missing: dict[str, Text] = field(default_factory=dict)
    shared: bool = False
    handed_in: Path | None = None
    _apart: set[str] = field(default_factory=set)
    _kept: dict[tuple[str, bool], _Kept] = field(default_factory=dict)
    _before: _Spent = field(default_factory=lambda: _Spent("", 0.0, 0.0))

    @contextlib.contextmanager
    def open(self, exercise: str, check_file: Path, *, time_limit: float, alone: bool = False) -> Iterator[Student]:
        """A session with a fork of the snapshot: the exercise's checks share one as long as all goes well, but that a
        public check, whose words are the student's, never meets one that has seen hidden inputs. NotRun if there is no
        snapshot or no time left."""
        self.shared = False
        hidden = is_hidden(check_file)
        self._close_all_but(exercise)
        self._refuse_lost(exercise)
        self._before = _Spent(exercise, self.listener.lost.get(exercise, 0.0), self.time.checks[exercise])
        alone = alone or exercise in self._apart
        if not alone and (kept := self._rejoin(exercise, hidden)) is not None:
            self.shared = True
            yield self._as_student(kept, exercise, hidden)
            return
        with contextlib.ExitStack() as own:
            session = self._start(own, exercise, hidden, time_limit)
            if not alone:
                self._kept[exercise, hidden] = _Kept(session, own.pop_all())
            yield self._as_student(session, exercise, hidden)

    def start_afresh(self, *, forgive: bool = False) -> None:
        """Ends the sessions that are kept. forgive: the last check's time is given back, but for an exercise whose time
        was then spent."""
        self._close_all_but("")
        exercise = self._before.exercise
        if forgive and exercise not in self.time.cut:
            self.listener.lost[exercise] = self._before.lost
            self.time.checks[exercise] = self._before.time
        self.shared = False

    def folder(self, check_file: Path) -> Path | None:
        """The plain copy of the hand-in."""
        return self.handed_in

    def keep_apart(self, exercise: str) -> None:
        """From now on each check of the exercise has a session of its own."""
        self._apart.add(exercise)
        self.start_afresh()

    def _refuse_lost(self, exercise: str) -> None:
        if exercise in self.missing:
            raise NotRun(self.missing[exercise])
        if self.listener.lost.get(exercise, 0.0) >= self.budget:
            raise NotRun(words.TOO_SLOW)
        self.time.require(exercise)

    def _start(self, stack: contextlib.ExitStack, exercise: str, hidden: bool, time_limit: float) -> Student:
        """A new session, which ends with the stack. NotRun if there is no snapshot."""
        started = monotonic()
        patient = time_limit >= self.usual
        try:
            opened = self.listener.open_session(exercise, time_limit=time_limit, hidden=hidden, patient=patient)
            return stack.enter_context(opened)
        except SnapshotMissing:
            # Asked once: a copy that keeps silent may cost its limit of patience a single time.
            self.missing[exercise] = words.NO_ANSWER
            raise NotRun(self.missing[exercise]) from None
        finally:
            self.time.checks[exercise] += monotonic() - started

    def _rejoin(self, exercise: str, hidden: bool) -> Student | None:
        """The session that an earlier check has left; None if there is none, or none any more. Code that ends it
        between two checks, or lets it wait, has a session for each check from then on."""
        kept = self._kept.get((exercise, hidden))
        if kept is None and hidden:
            kept = self._kept.pop((exercise, False), None)
        if kept is None:
            return None
        self._kept[exercise, hidden] = kept
        refuse_overtime(kept.session)
        if rejoin(self._as_student(kept.session, exercise, hidden=False)):
            return kept.session
        self.keep_apart(exercise)
        self.listener.lost[exercise] = self._before.lost
        return None

    def _close_all_but(self, exercise: str) -> None:
        for key in [key for key in self._kept if key[0] != exercise]:
            self._kept.pop(key).stack.close()

    def _as_student(self, session: Student, exercise: str, hidden: bool) -> Student:
        student = Student(Metered(session._connection, self.time, exercise), session._limits)
        return WordlessStudent(student) if hidden else student


def seed_of(secret: str, atelier: str, exercise: str) -> int:
    """The seed of an exercise's hidden draws: the same for all students of a class, so that equal answers get equal
    grades; unknown to whoever does not know the class's ``secret``."""
    digest = hashlib.sha256("\0".join((secret, atelier, exercise)).encode()).digest()
    return int.from_bytes(digest[:4], "big")


def grade_exercises(
    students: SnapshotStudents,
    course: Course,
    atelier: str,
    exercises: dict[str, bool],
    secret: str,
    time_limit: float,
    remarks: dict[str, Remarks] | None = None,
) -> dict[str, ExerciseReport]:
    """Runs the public checks of each exercise, and the hidden ones where ``exercises[name]`` is true, on inputs drawn
    for the class whose ``secret`` this is. What checks say beside their verdicts is put in ``remarks``, by exercise."""
    references = FolderReferences(seeds={name: seed_of(secret, atelier, name) for name in exercises})
    run = Run(students, references, default_time_limit=time_limit)
    if remarks is not None:
        run.remarks = remarks
    files = [
        path
        for name, hidden in exercises.items()
        for path in course.check_files(atelier, name)
        if hidden or not is_hidden(path)
    ]
    with bounded_memory():
        try:
            return run_checks(run, files, list(exercises), keep=True)
        finally:
            students.start_afresh()


def new_token() -> str:
    """A token that tells one snapshot or cell report from another."""
    return secrets.token_hex(16)
