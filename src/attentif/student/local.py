"""Checks against code that lives in this process: a namespace, or the notebooks of a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attentif.checks.run import NotRun, Run
from attentif.exercises.course import find_course
from attentif.references.folder import FolderReferences
from attentif.remote.local import LocalConnection
from attentif.remote.outside.student import Student
from attentif.student.notebook import find_notebook
from attentif.words import checks as words


class _OneProcess:
    """On a student's own machine all checks meet the same process, and nothing can be repeated apart."""

    shared = False

    def start_afresh(self, *, forgive: bool = False) -> None:
        """Nothing."""

    def keep_apart(self, exercise: str) -> None:
        """Nothing."""


@dataclass
class NamespaceStudents(_OneProcess):
    """The same names for every exercise: ``check(...)`` in a notebook. Once a call has passed its time limit, the
    checks that follow are not run: each would wait as long."""

    namespace: Mapping[str, Any]
    beside: Path | None = None  # the notebook's folder
    _overtime: bool = False

    @contextlib.contextmanager
    def open(self, exercise: str, check_file: Path, *, time_limit: float, alone: bool = False) -> Iterator[Student]:
        """The namespace, spoken to through the same codec as a remote kernel."""
        if self._overtime:
            raise NotRun(words.AFTER_TIME_LIMIT)
        connection = LocalConnection(dict(self.namespace), time_limit=time_limit, hear=True)
        yield Student(connection)
        self._overtime = connection.ended is not None

    def folder(self, check_file: Path) -> Path | None:
        """The notebook's folder."""
        return self.beside


@dataclass
class FolderStudents(_OneProcess):
    """The notebooks beside the check files, each run once for each exercise that is asked for."""

    _namespaces: dict[tuple[Path, str], dict[str, Any]] = field(default_factory=dict)

    @contextlib.contextmanager
    def open(self, exercise: str, check_file: Path, *, time_limit: float, alone: bool = False) -> Iterator[Student]:
        """The names at the exercise's check cell; NotRun if no notebook of the folder has one."""
        folder = notebooks_folder(check_file)
        key = (folder, exercise)
        if key not in self._namespaces:
            notebook = find_notebook(folder, exercise)
            if notebook is None:
                raise NotRun(words.no_notebook(folder.name, exercise))
            self._namespaces[key] = notebook.namespace_at(exercise)[0]
        yield Student(LocalConnection(self._namespaces[key], time_limit=time_limit))

    def folder(self, check_file: Path) -> Path | None:
        """The notebooks' folder."""
        return notebooks_folder(check_file)


def notebooks_folder(check_file: Path) -> Path:
    """Where the notebooks for a check file are: the parent of ``checks/``; for a hidden file, the course's source."""
    if check_file.parent.name == "checks":
        return check_file.parent.parent
    course = find_course(check_file)
    return course.source(check_file.parent.parent.name) if course else check_file.parent


def folder_run() -> Run:
    """The run of somebody who types ``pytest``: notebooks and references are found from each check file."""
    return Run(FolderStudents(), FolderReferences())
