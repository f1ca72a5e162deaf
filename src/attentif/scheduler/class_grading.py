"""Grading a class: submissions to workers, grades to the gradebook by this process alone.

For each submission, in this order: its record is dropped, its grades are committed in one transaction, its folder is
put in place, its record is written. Whenever this process dies, the gradebook is whole, and what has no record is
graded again by the next run.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from nbgrader.api import Gradebook

from attentif.exercises.course import Course
from attentif.exercises.settings import read_settings
from attentif.grading import flags
from attentif.grading.alike import alike
from attentif.grading.flags import Flag
from attentif.grading.preload import VARIABLES
from attentif.intake.places import HandIn
from attentif.kernels.outside import templates
from attentif.kernels.outside.host import TemplateFailed, remove_roots_of
from attentif.kernels.outside.sandbox import Environment
from attentif.scheduler import gradebook_rows
from attentif.scheduler.gradebook_rows import AssignmentChanged, SubmissionChanged
from attentif.scheduler.jobs import Facts, Graded, Job, Rows, Setup, Submission
from attentif.scheduler.pool import local_workers
from attentif.scheduler.preflight import CannotGrade, chosen, released_assignment
from attentif.scheduler.records import Record, Records, cells_digest, scores_digest, submission_key
from attentif.scheduler.startup.early_template import EarlyTemplate
from attentif.scheduler.worker import facts_of, fingerprints, grade_submission
from attentif.scheduler.workers import WorkerDied, Workers

_TRIES = 3
_BATCH = 20  # hand-ins that a worker reads at a time, to see whether they have changed


@dataclass(frozen=True)
class Standing:
    """What is known of one submission after a run; ``points`` is None where there is no grade."""

    student: str
    points: float | None
    flags: tuple[Flag, ...] = ()
    unchanged: bool = False
    seconds: float = 0.0

    @property
    def ungraded(self) -> bool:
        """Whether this run could not grade it."""
        return any(flag.kind == flags.UNGRADED for flag in self.flags)


class Watcher(Protocol):
    """Who is told how a run goes on."""

    def total(self, submissions: int) -> None:
        """How many submissions there are, once that is known."""

    def standing(self, standing: Standing) -> None:
        """One submission is done."""

    def message(self, text: str) -> None:
        """Something that an instructor should read."""


@dataclass
class ClassGrading:
    """One run over a class; `run()` does it, and closes its workers."""

    course: Course
    atelier: str
    watcher: Watcher
    students: Sequence[str] = ()
    workers: Workers = field(default_factory=local_workers)
    rerun: bool = False
    keep_records: bool = True
    early: EarlyTemplate | None = None  # if the caller has started one before this module was imported
    standings: list[Standing] = field(default_factory=list)

    def run(self) -> list[Standing]:
        """Grades what is to be graded, and returns the standing of each submission, the unchanged ones included.

        Raises CannotGrade when there is nothing sensible to do, SandboxUnavailable or TemplateFailed."""
        self._early = self.early or EarlyTemplate(self.course, self.atelier).start(rerun=self.rerun)
        with _only_run(self.course) as self._scratch:
            try:
                self._run()
            except BaseException:
                self.workers.close(at_once=True)
                raise
            self.workers.close()
        return self.standings

    def _run(self) -> None:
        self.workers.submit("facts", facts_of, self.course.root, self.atelier)
        ((_, facts),) = self.workers.finished()
        self._early.keep_if(_environment(facts))
        for line in facts.warnings:
            self.watcher.message(line)
        submissions = chosen(self.course, facts, self.atelier, self.students)
        rows = released_assignment(self.course, facts, self.atelier)
        with Gradebook(facts.db_url, facts.course_id) as gradebook:
            self._gradebook = gradebook
            self._begin(facts, submissions, rows)
            self._loop()
        self._flag_alike()

    def _flag_alike(self) -> None:
        """Flags who of the class, whenever it was graded, gave the very same answer where no two should."""
        graded = {each.student: each.destination for each in self._facts.submissions}
        more: dict[str, list[Flag]] = {}
        for exercise, groups in alike(graded, [str(row["name"]) for row in self._rows["notebook"]]).items():
            for students in groups:
                for student in students:
                    more.setdefault(student, []).append(Flag(flags.ALIKE, f"{exercise}: {', '.join(students)}"))
        self.standings = [replace(s, flags=(*s.flags, *more.get(s.student, ()))) for s in self.standings]

    def _begin(self, facts: Facts, submissions: list[Submission], rows: Rows) -> None:
        self._facts, self._rows = facts, rows
        self._assignment_id = str(rows["assignment"][0]["id"])
        self._submissions = {each.student: each for each in submissions}
        self._records = Records(self._records_folder)
        self._settings = read_settings(self.course.root)
        self._course_key = f"{facts.key}{cells_digest(rows)}"
        self.watcher.total(len(submissions) + len(facts.without_notebook))
        if not self.students:
            for student in facts.without_notebook:
                self._say(Standing(student, None, (Flag(flags.MISSING, "no notebook in the folder handed in"),)))
        unchanged = self._say_unchanged(submissions)
        self._pending = deque(each.student for each in submissions if each.student not in unchanged)
        if not self._pending:
            return
        template = ""
        environment = _environment(facts)
        if environment is not None:
            try:
                template = templates.get_template(environment).address
                self._early.remember(environment)
            except TemplateFailed as error:
                self.watcher.message(f"kernels cannot be prepared in advance and start one by one: {error}")
        self._setup = Setup(
            self.course.root, self.atelier, self._assignment_id, self._scratch, facts.sandbox, facts.preload, template
        )
        gradebook_rows.make_blank(self._setup.blank, rows)

    @property
    def _records_folder(self) -> Path:
        return self.course.state / "graded" / self.atelier

    def _say_unchanged(self, submissions: list[Submission]) -> set[str]:
        """Says the standings of what need not be graded again; whose they are."""
        recorded = {}
        for each in submissions if self.keep_records and not self.rerun else ():
            record = self._records.read(each.student)
            if record is not None and each.destination.is_dir():
                rows = self._read(each.student)
                if rows["submitted_assignment"] and scores_digest(rows) == record.scores:
                    recorded[each.student] = (record, rows)
        unchanged = set()
        for student, fingerprint in self._fingerprints([self._submissions[name].hand_in for name in recorded]):
            record, rows = recorded[student]
            if fingerprint and record.key == self._key(student, fingerprint):
                self._say(self._standing(student, rows, record.flags, unchanged=True))
                unchanged.add(student)
        return unchanged

    def _key(self, student: str, fingerprint: str) -> str:
        return submission_key(self._course_key, fingerprint, self._settings.extension(self.atelier, student))

    def _fingerprints(self, hand_ins: list[HandIn]) -> list[tuple[str, str]]:
        """Students and fingerprints, read by the workers."""
        batches = [hand_ins[start : start + _BATCH] for start in range(0, len(hand_ins), _BATCH)]
        for number, batch in enumerate(batches):
            self.workers.submit(number, fingerprints, self.course.root, self.atelier, batch)
        try:
            found = dict(self.workers.finished())
        except WorkerDied:
            self.workers.replace()
            return []
        return [pair for number in sorted(found) for pair in found[number]]

    def _read(self, student: str) -> Rows:
        with self._gradebook.engine.connect() as connection:
            return gradebook_rows.submission_rows(connection, self._assignment_id, student)

    def _standing(self, student: str, rows: Rows, found: tuple[Flag, ...], unchanged: bool = False) -> Standing:
        points, manual = gradebook_rows.scores(rows)
        extra = (Flag(flags.MANUAL),) if manual else ()
        return Standing(student, points, (*found, *extra), unchanged)

    def _say(self, standing: Standing) -> None:
        self.standings.append(standing)
        self.watcher.standing(standing)

    # The loop.

    def _loop(self) -> None:
        """Keeps the workers busy; a submission that kills its worker is found by running the suspects one by one."""
        self._running: dict[str, Job] = {}
        self._suspects: set[str] = set()
        self._tries: Counter[str] = Counter()
        while self._pending or self._running:
            try:
                self._hand_out()
                for student, graded in self.workers.finished():
                    self._finish(self._running.pop(student), graded)
                    self._hand_out()
            except WorkerDied as death:
                self._recover(death)

    def _hand_out(self) -> None:
        self._suspects &= {*self._pending, *self._running}
        window = 1 if self._suspects else self.workers.count + 1
        while self._pending and len(self._running) < window:
            student = self._pending[0]
            job = Job(self._setup, student, self._read(student))
            self._running[self._pending.popleft()] = job
            self.workers.submit(student, grade_submission, job)

    def _recover(self, death: WorkerDied) -> None:
        """A worker died: it is replaced, and what was under way comes first in the line again, under suspicion."""
        self._running.clear()
        lost = list(death.lost)
        if len(lost) == 1:
            self._give_up(lost.pop(), f"the worker that graded it died ({death})")
        self.workers.replace()
        self._pending.extendleft(reversed([*lost, *death.refused]))
        self._suspects |= set(lost)

    def _finish(self, job: Job, graded: Graded) -> None:
        if graded.error:
            self._log(graded)
            self._give_up(job.student, graded.error)
            return
        try:
            self._write(job, graded)
        except SubmissionChanged:
            shutil.rmtree(graded.folder, ignore_errors=True)
            self._tries[job.student] += 1
            if self._tries[job.student] < _TRIES:
                self._pending.appendleft(job.student)
            else:
                self._give_up(job.student, "its rows in the gradebook changed whenever it was graded")

    def _write(self, job: Job, graded: Graded) -> None:
        student = job.student
        submission = self._submissions[student]
        self._records.remove(student)
        with gradebook_rows.one_transaction(self._gradebook.engine) as connection:
            if gradebook_rows.points_of(connection, self._assignment_id) != gradebook_rows.points_in(self._rows):
                raise AssignmentChanged(f"{self.atelier} was released again while it was graded: run the command again")
            gradebook_rows.write_changes(connection, self._assignment_id, student, job.before, graded.after)
        self._put_in_place(graded.folder, submission.destination)
        if self.keep_records and graded.fingerprint:
            key = self._key(student, graded.fingerprint)
            self._records.write(student, Record(key, scores_digest(graded.after), graded.flags))
        standing = self._standing(student, graded.after, graded.flags)
        self._say(Standing(standing.student, standing.points, standing.flags, seconds=graded.seconds))

    def _put_in_place(self, folder: Path, destination: Path) -> None:
        parent = destination.parent
        parent.mkdir(parents=True, exist_ok=True)
        if self._facts.groupshared:
            with contextlib.suppress(PermissionError):
                parent.chmod((parent.stat().st_mode | 0o2770) & 0o2777)
        old = self.course.root / self._scratch / "old"
        if destination.exists():
            _move(destination, old)
        _move(folder, destination)
        shutil.rmtree(old, ignore_errors=True)

    def _give_up(self, student: str, reason: str) -> None:
        self._records.remove(student)
        rows = self._read(student)
        points = gradebook_rows.scores(rows)[0] if rows["submitted_assignment"] else None
        kept = "" if points is None else " (its earlier grade stays)"
        self._say(Standing(student, points, (Flag(flags.UNGRADED, f"{reason}{kept}"),)))

    def _log(self, graded: Graded) -> None:
        path = self.course.state / "grade.log"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"== {self.atelier} {graded.student}\n{graded.log}\n")


def _environment(facts: Facts) -> Environment | None:
    """What kernels are forked from; None where they are not ours."""
    if facts.preload is None:
        return None
    return Environment.of(facts.preload, facts.sandbox, variables=VARIABLES)


def _move(source: Path, target: Path) -> None:
    """A rename; between file systems, a copy beside the target and then a rename."""
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        partial = target.with_name(f".{target.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(source, partial, symlinks=True)
        os.rename(partial, target)
        shutil.rmtree(source, ignore_errors=True)


@contextlib.contextmanager
def _only_run(course: Course) -> Iterator[str]:
    """A scratch folder, relative to the course, and the certainty that no other run writes grades there."""
    home = course.state / "grading"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotGrade("another `attentif grade` is at work in this course: wait for it, or end it") from error
        for left in home.glob("run-*"):
            remove_roots_of(int(left.name.removeprefix("run-")))
            shutil.rmtree(left, ignore_errors=True)
        scratch = home / f"run-{os.getpid()}"
        scratch.mkdir()
        try:
            yield str(scratch.relative_to(course.root))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
