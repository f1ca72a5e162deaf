"""Who of a class gave the very same answer where no two should, by the results that lie beside graded notebooks."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from attentif.reports.results_file import SUFFIX, NotebookResults, ResultsBroken

_LIMIT = 16 * 1024 * 1024  # bytes that a results file may have


def alike(folders: Mapping[str, Path], notebooks: Iterable[str]) -> dict[str, list[list[str]]]:
    """Exercise → groups of students with one answer. ``folders``: where each student's graded notebooks lie; of what
    lies there, only the results of these ``notebooks`` are read."""
    found: dict[tuple[str, str], list[str]] = {}
    names = [f"{notebook}{SUFFIX}" for notebook in notebooks]
    for student, folder in sorted(folders.items()):
        for exercise, fingerprint in _fingerprints(folder, names, student).items():
            found.setdefault((exercise, fingerprint), []).append(student)
    groups: dict[str, list[list[str]]] = {}
    for (exercise, _), students in sorted(found.items()):
        if len(students) > 1:
            groups.setdefault(exercise, []).append(students)
    return groups


def _fingerprints(folder: Path, names: Iterable[str], student: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        try:
            results = NotebookResults.from_json(_text(folder / name))
        except (OSError, ValueError, RecursionError, ResultsBroken):
            continue  # no results; or, where the notebook was not handed in, whatever the student put in their place
        if results.student == student and isinstance(results.fingerprints, dict):
            found.update({str(exercise): str(digest) for exercise, digest in results.fingerprints.items()})
    return found


def _text(path: Path) -> str:
    """A file's text, bounded. Raises OSError, ValueError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LIMIT:
        os.close(descriptor)
        raise OSError(f"{path} is no results file")
    with os.fdopen(descriptor, "rb") as file:
        return file.read(_LIMIT).decode("utf-8")
