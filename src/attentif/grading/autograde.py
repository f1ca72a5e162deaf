"""nbgrader's ``autograde``, which is shown plain private copies of what was handed in, and nothing else."""

from __future__ import annotations

import fnmatch
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import api, autogradeapp
from nbgrader.converters import autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from attentif.exercises.conventions import STATE
from attentif.exercises.settings import read_settings
from attentif.grading.alike import alike
from attentif.grading.flags import ALIKE, LEFT_OUT, MISSING, Flag
from attentif.grading.preprocessor import Grade
from attentif.intake import timestamps
from attentif.intake.area import private_area
from attentif.intake.course_files import CourseFiles
from attentif.intake.places import HandIn, Inbox, has_notebook
from attentif.intake.take import Intake, Taken
from attentif.intake.verdicts import listed

STEP_FIELD = "{nbgrader_step}"
_ANYBODY = "\0"  # stands for the student in a path: no name holds it
_PRIVATE = ("solutions", "source", "grader_tests", "autograded", "feedback", "gradebook.db", "nbgrader_config.py")


class Autograde(autograde.Autograde):
    """nbgrader's converter; while it works, its folder of submissions is a private one, filled by the intake.

    Were the intake not to run, that folder would be empty: nothing handed in is graded without it."""

    home: Path | None = None  # where the private folder is made; by default in the course's .attentif
    taken: Taken | None = None  # what the intake says of the hand-in that is being graded

    def start(self) -> None:
        """As nbgrader's. Raises NbGraderException where the folders cannot be told apart."""
        if not self.coursedir.directory_structure.startswith(STEP_FIELD):
            raise NbGraderException(f"c.CourseDirectory.directory_structure must begin with {STEP_FIELD}")
        self._hand_ins, odd = hand_ins(self.coursedir, self.coursedir.student_id)
        for name in odd:
            self.log.warning("The folder %s bears no student's name: it is not graded.", name)
        root = Path(self.coursedir.root)
        home = self.home or root / STATE / "intake"
        with private_area(home) as self._area, _submissions_in(self.coursedir, self._area):
            super().start()
        self._tell_alike()

    def _tell_alike(self) -> None:
        """Says who of the class, whenever it was graded, gave the very same answer where no two should."""
        place = self.coursedir
        path = place.format_path(place.autograded_directory, _ANYBODY, place.assignment_id)
        graded = {each.student: each.path for each in Inbox.at(Path(path), _ANYBODY).hand_ins()[0]}
        for exercise, groups in alike(graded, self._expected(place.assignment_id)).items():
            for students in groups:
                self.log.warning("%s: %s: %s", exercise, ALIKE, ", ".join(students))

    def init_notebooks(self) -> None:
        """The folders to grade, empty still."""
        atelier = self.coursedir.assignment_id
        self.assignments: dict[str, list[str]] = {}
        for student, hand_in in self._hand_ins.items():
            if has_notebook(hand_in):
                self.assignments[self._format_source(atelier, student)] = []
            else:
                self.log.warning("No notebooks were matched by '%s'", hand_in.path / "*.ipynb")
        if not self.assignments:
            message = f"No notebooks were matched by a folder of {self.coursedir.student_id!r} for {atelier!r}"
            self.log.error(message)
            raise NbGraderException(message)
        files, lang = course_files(self.coursedir, atelier), Grade(parent=self).language
        self._intake = Intake(self._expected(atelier), files, lang=lang)

    def _expected(self, atelier: str) -> tuple[str, ...]:
        """The names of the assignment's notebooks; nbgrader will say if there is no such assignment."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                return tuple(notebook.name for notebook in gradebook.find_assignment(atelier).notebooks)
            except MissingEntry:
                return ()

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """As nbgrader's; then the extension that course.toml grants, before it is counted how late a hand-in is. One
        that the gradebook has, and the file does not speak of, stays."""
        super().init_assignment(assignment_id, student_id)
        extension = read_settings(Path(self.coursedir.root)).extension(assignment_id, student_id)
        if extension is not None:
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                gradebook.find_submission(assignment_id, student_id).extension = extension
                gradebook.db.commit()

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Takes the hand-in in; then as nbgrader's."""
        if student_id in self.coursedir.student_id_exclude.split(","):
            return False
        folder = Path(self._format_source(assignment_id, student_id))
        for earlier in self._area.iterdir():
            shutil.rmtree(earlier)
        self.taken = self._intake.take(self._hand_ins[student_id], folder)
        if self.taken.refused is not None:
            self.log.warning("%s: %s. It is graded as unanswered.", student_id, self.taken.refused.en.rstrip("."))
        elif self.taken.left_out:
            self.log.warning("%s: left out: %s", student_id, listed(self.taken.left_out).en)
        wanted = f"{self.coursedir.notebook_id}.ipynb"
        names = [name for name in sorted(os.listdir(folder)) if fnmatch.fnmatchcase(name, wanted)]
        self.notebooks = [str(folder / name) for name in names if not name.startswith(".")]
        if not self.notebooks:
            self.log.warning("No notebooks were matched by '%s'", self._hand_ins[student_id].path / wanted)
            return False
        return bool(super().init_destination(assignment_id, student_id))

    def flags(self) -> list[Flag]:
        """What of the hand-in that was graded last a person should look at."""
        if self.taken is None or self.taken.refused is not None:
            return []  # a refusal stands in each notebook
        absent = [name for name in self._intake.expected if name not in self.taken.notebooks]
        left = [Flag(LEFT_OUT, listed(self.taken.left_out).en)] if self.taken.left_out else []
        return [*(Flag(MISSING, name) for name in sorted(absent)), *left]


def hand_ins(coursedir: CourseDirectory, pattern: str) -> tuple[dict[str, HandIn], list[str]]:
    """Student → hand-in of the assignment, of the students whose name fits a pattern as nbgrader's; and, printable,
    folders whose name no student can have."""
    path = coursedir.format_path(coursedir.submitted_directory, _ANYBODY, coursedir.assignment_id)
    found, odd = Inbox.at(Path(path), _ANYBODY).hand_ins()
    excluded = coursedir.student_id_exclude.split(",")
    chosen = {e.student: e for e in found if e.student == pattern or fnmatch.fnmatchcase(e.student, pattern)}
    return {student: each for student, each in chosen.items() if student not in excluded}, odd


def course_files(coursedir: CourseDirectory, atelier: str) -> CourseFiles:
    """What nbgrader lays over each hand-in, and what none may show."""
    source = coursedir.format_path(coursedir.source_directory, ".", atelier)
    files = utils.find_all_files(source, [*coursedir.ignore, "*.ipynb"])
    root = Path(coursedir.root)
    return CourseFiles(
        frozenset(os.path.relpath(path, source) for path in files), tuple(root / name for name in _PRIVATE)
    )


@contextmanager
def _submissions_in(coursedir: CourseDirectory, area: Path) -> Iterator[None]:
    before = coursedir.submitted_directory
    coursedir.submitted_directory = os.path.relpath(area, coursedir.root)
    try:
        yield
    finally:
        coursedir.submitted_directory = before


def _existing_timestamp(self: CourseDirectory, dest_path: str) -> datetime | None:
    return timestamps.read(Path(dest_path, "timestamp.txt"))


def _submitted_timestamp(self: api.NbGraderAPI, assignment_id: str, student_id: str) -> datetime | None:
    place = self.coursedir
    return _existing_timestamp(place, place.format_path(place.submitted_directory, student_id, assignment_id))


def install() -> None:
    """Makes ``nbgrader autograde`` and the formgrader grade with this class, and read times of submission with care:
    nbgrader_config.py calls it. Without it nothing is graded (``SubmissionExporter``)."""
    for module in (autogradeapp, api):
        _replace(module, "Autograde", Autograde)
    _replace(CourseDirectory, "get_existing_timestamp", _existing_timestamp)
    _replace(api.NbGraderAPI, "get_submitted_timestamp", _submitted_timestamp)


def _replace(owner: Any, name: str, new: Any) -> None:
    if not hasattr(owner, name):
        raise NbGraderException(f"this version of nbgrader has no {name} where attentif looks for it")
    setattr(owner, name, new)
