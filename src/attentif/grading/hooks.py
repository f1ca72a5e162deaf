"""Hooks that nbgrader calls before and after converting notebooks."""

from __future__ import annotations

import logging
import os
import shutil
import stat
from pathlib import Path
from typing import Any

from nbgrader.utils import parse_utc

from attentif.exercises.course import Course, find_course

LOG = logging.getLogger(__name__)


def quarantine_special_files(assignment: str, student: str, notebooks: list[str], **_: Any) -> None:
    """Before ``autograde``: moves what nbgrader would stumble over out of a submission.

    Links and special files would be followed or block; with a false ``timestamp.txt`` there would be no grade. They are
    kept, named, in ``.attentif/quarantine/``. A folder whose notebooks all have other names than the released
    ones is graded as if those had been handed in empty: their names are added to ``notebooks``.
    """
    for folder in {Path(notebook).parent for notebook in notebooks}:
        course = find_course(folder.parent.parent)  # not the submission's own folder: anything may be in it
        home = (course.root if course else Path.cwd()) / ".attentif" / "quarantine"
        home.mkdir(parents=True, exist_ok=True)
        for path in [*_special_files(folder), *_false_timestamps(folder)]:
            _move_aside(path, home / f"{folder.parent.name}-{folder.name}-{path.name}"[:200])
        if course is not None:
            notebooks += _missing_notebooks(course, assignment, folder, notebooks)


def _move_aside(path: Path, target: Path) -> None:
    """Whatever happens, the path is free afterwards: nbgrader goes on when a hook fails."""
    target = _free(target)
    LOG.warning("%s is a link, a special file, a folder with a notebook's name or a false time: now %s", path, target)
    try:
        os.replace(path, target)
    except OSError as error:
        LOG.warning("%s could not be moved and was removed: %s", path, error)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _missing_notebooks(course: Course, assignment: str, folder: Path, notebooks: list[str]) -> list[str]:
    """The released notebooks, as if they were in ``folder``, if not one of ``notebooks`` bears a released name."""
    released = sorted(path.name for path in (course.root / "release" / assignment).glob("*.ipynb"))
    if {Path(notebook).name for notebook in notebooks} & set(released):
        return []
    LOG.warning("%s has none of the notebooks of %s", folder, assignment)
    return [str(folder / name) for name in released]


def _false_timestamps(folder: Path) -> list[Path]:
    path = folder / "timestamp.txt"
    if not path.is_file():
        return []
    try:
        with path.open("rb") as file:
            text = file.read(200).decode("ascii").strip()
        if text:
            parse_utc(text)
    except Exception:  # dateutil has many ways of refusing
        return [path]
    return []


def _special_files(folder: Path) -> list[Path]:
    found = []
    for parent, folders, files in os.walk(folder, followlinks=False):
        for name in [*folders, *files]:
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if not stat.S_ISREG(mode) and (not stat.S_ISDIR(mode) or name.endswith(".ipynb")):
                found.append(path)
        folders[:] = [name for name in folders if not name.endswith(".ipynb")]  # moved as a whole
    return found


def _free(path: Path) -> Path:
    number, candidate = 1, path
    while os.path.lexists(candidate):
        candidate = path.with_name(f"{path.name}.{number}")
        number += 1
    return candidate
