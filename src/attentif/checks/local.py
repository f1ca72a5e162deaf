"""Checks against code that lives in this process: a namespace, or the notebooks of a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attentif.checks import oracles, stored
from attentif.checks.cases import Reference
from attentif.checks.course import find_course
from attentif.checks.exercise import Text
from attentif.checks.notebook import find_notebook
from attentif.checks.run import NotRun, Run
from attentif.remote.client import LocalConnection, Student


@dataclass(frozen=True)
class NamespaceStudents:
    """The same names for every exercise: ``check(...)`` in a notebook."""

    namespace: Mapping[str, Any]

    @contextlib.contextmanager
    def open(self, exercise: str, check_file: Path, *, time_limit: float) -> Iterator[Student]:
        """The namespace, spoken to through the same codec as a remote kernel."""
        yield Student(LocalConnection(dict(self.namespace)))


@dataclass
class FolderStudents:
    """The notebooks beside the check files, each run once for each exercise that is asked for."""

    _namespaces: dict[tuple[Path, str], dict[str, Any]] = field(default_factory=dict)

    @contextlib.contextmanager
    def open(self, exercise: str, check_file: Path, *, time_limit: float) -> Iterator[Student]:
        """The names at the exercise's check cell; NotRun if no notebook of the folder has one."""
        folder = notebooks_folder(check_file)
        key = (folder, exercise)
        if key not in self._namespaces:
            notebook = find_notebook(folder, exercise)
            if notebook is None:
                call = f'check("{exercise}")'
                raise NotRun(Text(f"Aucun notebook de {folder.name}/ ne contient {call}.", f"No notebook has {call}."))
            self._namespaces[key] = notebook.namespace_at(exercise)[0]
        yield Student(LocalConnection(self._namespaces[key]))


@dataclass
class FolderReferences:
    """Public references from the ``references`` folder beside a check file; hidden ones from its oracles."""

    seed: int = 0
    draws: int = 3
    _loaded: dict[tuple[str, bool], Reference] = field(default_factory=dict)

    def load(self, exercise: str, check_file: Path) -> Reference:
        """Raises ReferenceBroken or OracleBroken, each with a line that says which file and why."""
        hidden = check_file.stem.endswith("_hidden")
        key = (exercise, hidden)
        if key not in self._loaded:
            folder = check_file.parent
            self._loaded[key] = (
                self._drawn(folder, exercise) if hidden else stored.load(folder / "references", exercise)
            )
        return self._loaded[key]

    def _drawn(self, folder: Path, exercise: str) -> Reference:
        return oracles.OracleReference.drawn(
            oracles.load_exercise(folder / "oracles" / f"{exercise}.py"), self.seed, self.draws
        )


def notebooks_folder(check_file: Path) -> Path:
    """Where the notebooks for a check file are: the parent of ``checks/``; for a hidden file, the course's source."""
    if check_file.parent.name == "checks":
        return check_file.parent.parent
    course = find_course(check_file)
    return course.root / "source" / check_file.parent.name if course else check_file.parent


def folder_run() -> Run:
    """The run of somebody who types ``pytest``: notebooks and references are found from each check file."""
    return Run(FolderStudents(), FolderReferences())
