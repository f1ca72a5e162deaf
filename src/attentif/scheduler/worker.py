"""What a worker does: nbgrader's own ``autograde`` of one submission, with a private gradebook and output folder.

Everything that comes in and goes out is plain data, so that a worker may be a process of this machine or of another
one that sees the same course folder.
"""

from __future__ import annotations

import contextlib
import functools
import glob
import logging
import os
import shutil
import sys
import traceback
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from nbgrader import api
from nbgrader.apps import AutogradeApp
from nbgrader.coursedir import CourseDirectory

from attentif.exercises.course import Course
from attentif.grading import preload
from attentif.grading.autograde import Autograde, course_files, hand_ins
from attentif.grading.flags import Flag
from attentif.grading.preprocessor import Grade
from attentif.intake.places import HandIn, has_notebook
from attentif.intake.take import Intake
from attentif.intake.verdicts import IntakeFailed
from attentif.kernels.outside import templates
from attentif.scheduler.gradebook_rows import PRIVATE_URL, open_private, private_gradebook, submission_rows
from attentif.scheduler.jobs import Facts, Graded, Job, Rows, Setup, Submission
from attentif.scheduler.records import course_key

_LOG_KEPT = 200  # lines of nbgrader's log that a failure shows


class _Lines(logging.Handler):
    """Keeps nbgrader's log lines instead of printing them."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps one line."""
        self.lines.append(f"[{record.levelname}] {record.getMessage()}")
        del self.lines[:-_LOG_KEPT]


class _Autograde(Autograde):
    """The converter; remembers what went wrong and what our preprocessor noticed."""

    failure: BaseException | None = None

    def start(self) -> None:
        self.noticed: list[Flag] = []
        super().start()

    def _tell_alike(self) -> None:
        """Nothing: the scheduler does, when the class is graded."""

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        try:
            return super().init_destination(assignment_id, student_id)
        except IntakeFailed as error:
            self.failure = error
            raise

    def convert_single_notebook(self, notebook_filename: str) -> None:
        try:
            super().convert_single_notebook(notebook_filename)
        except BaseException as error:
            self.failure = error
            raise
        finally:
            self.noticed += [
                flag for each in self.exporter._preprocessors if isinstance(each, Grade) for flag in each.flags
            ]


@functools.lru_cache(maxsize=1)
def _application(root: Path, atelier: str) -> tuple[AutogradeApp, _Lines]:
    """``nbgrader autograde``'s application, its configuration loaded as from the command line, silent.

    nbgrader opens ten gradebooks for a submission: they share one connection here."""
    api.Gradebook.__init__ = _open_gradebook
    os.chdir(root)
    before = list(sys.path)
    app = AutogradeApp()
    app.initialize([])
    sys.path[:] = before
    app.coursedir.assignment_id = atelier
    lines = _Lines()
    logger = app.log.logger if isinstance(app.log, logging.LoggerAdapter) else app.log
    logger.handlers[:] = [lines]
    logger.propagate = False
    logging.getLogger("attentif").propagate = True
    return app, lines


_open_any_gradebook = api.Gradebook.__init__


def _open_gradebook(self: api.Gradebook, db_url: str, course_id: str = "default_course", *others: Any) -> None:
    """As nbgrader's; the private gradebook stays open, and its tables and course are looked at once."""
    if db_url != PRIVATE_URL:
        _open_any_gradebook(self, db_url, course_id, *others)
        return
    private = open_private()
    self.engine, self.db, self.close = private.engine, private.session, private.session.remove
    if course_id not in private.courses:
        self.check_course(course_id=course_id)
        private.courses.add(course_id)
    self.course_id = course_id
    self.authenticator = None


def facts_of(root: Path, atelier: str) -> Facts:
    """Reads the configuration and looks at what was handed in; finds out what templates must import."""
    app, lines = _application(root, atelier)
    lines.lines.clear()
    coursedir = app.coursedir
    converter = _Autograde(coursedir=coursedir, parent=app)
    ours = Grade in converter.autograde_preprocessors
    sandbox = Grade(parent=converter).sandbox if ours else ""
    modules = None
    if ours:
        modules = tuple(preload.modules_to_preload(Course(root).source(atelier), sandbox, app.log))
    submissions, empty, odd = _handed_in(coursedir, atelier)
    warnings = [line for line in lines.lines if not line.startswith("[INFO]")]
    warnings += [f"the folder {name} bears no student's name: it is not graded" for name in odd]
    return Facts(
        db_url=coursedir.db_url,
        course_id=coursedir.course_id,
        submissions=tuple(submissions),
        without_notebook=tuple(empty),
        sandbox=sandbox,
        preload=modules,
        key=course_key(Course(root), atelier, app.config, app.loaded_config_files),
        groupshared=coursedir.groupshared,
        warnings=tuple(warnings),
    )


def _handed_in(coursedir: CourseDirectory, atelier: str) -> tuple[list[Submission], list[str], list[str]]:
    """Submissions; students whose folder holds no notebook; folders that are no student's."""
    found, odd = hand_ins(coursedir, "*")
    submissions, empty = [], []
    for student, hand_in in found.items():
        if has_notebook(hand_in):
            destination = coursedir.format_path(coursedir.autograded_directory, student, atelier)
            submissions.append(Submission(student, hand_in, Path(destination)))
        else:
            empty.append(student)
    return submissions, empty, odd


def fingerprints(root: Path, atelier: str, hand_ins: list[HandIn]) -> list[tuple[str, str]]:
    """Students and the fingerprints of what they handed in; who cannot be told is left out."""
    app, _ = _application(root, atelier)
    intake = Intake((), course_files(app.coursedir, atelier))
    found = []
    for hand_in in hand_ins:
        with contextlib.suppress(IntakeFailed):
            found.append((hand_in.student, intake.fingerprint(hand_in)))
    return found


def grade_submission(job: Job) -> Graded:
    """Grades one submission. Whatever goes wrong is in the result; only the death of the process is not."""
    setup, started, name = job.setup, monotonic(), uuid4().hex
    app, lines = _prepared(setup)
    lines.lines.clear()
    coursedir = CourseDirectory(parent=app)
    coursedir.assignment_id, coursedir.student_id = setup.atelier, glob.escape(job.student)
    coursedir.student_id_exclude = ""
    coursedir.autograded_directory = f"{setup.scratch}/{name}"
    folder = Path(coursedir.format_path(coursedir.autograded_directory, job.student, setup.atelier))
    converter = _Autograde(coursedir=coursedir, parent=app)
    converter.home = setup.root / setup.scratch / "intake"
    after: Rows = {}
    error = ""
    try:
        with private_gradebook(setup.blank, job.before) as engine:
            coursedir.db_url = PRIVATE_URL
            converter.start()
            with engine.connect() as connection:
                after = submission_rows(connection, setup.assignment_id, job.student)
    except (Exception, SystemExit) as raised:
        cause = converter.failure or raised
        error = f"{type(cause).__name__}: {cause}"
        lines.lines += traceback.format_exception(cause)
        shutil.rmtree(setup.root / setup.scratch / name, ignore_errors=True)
    log = "\n".join(lines.lines) if error else ""
    fingerprint = converter.taken.fingerprint if converter.taken is not None else ""
    found = tuple(dict.fromkeys([*converter.flags(), *converter.noticed]))
    return Graded(job.student, fingerprint, after, folder, found, monotonic() - started, error, log)


def _prepared(setup: Setup) -> tuple[AutogradeApp, _Lines]:
    """The application, with the run's template in place of one of this process's own."""
    if setup.preload is not None:
        preload.take_as_known(Course(setup.root).source(setup.atelier), setup.sandbox, list(setup.preload))
        if setup.template:
            templates.adopt_template(setup.template)
    return _application(setup.root, setup.atelier)
