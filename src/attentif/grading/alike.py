"""Who of a class gave the very same answer where no two should, by the results that lie beside graded notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from attentif.reports.kept import kept_results
from attentif.reports.results_file import ResultsBroken


def alike(folders: Mapping[str, Path], notebooks: Iterable[str]) -> dict[str, list[list[str]]]:
    """Exercise → groups of students with one answer. ``folders``: where each student's graded notebooks lie; of what
    lies there, only the results of these ``notebooks`` are read."""
    found: dict[tuple[str, str], list[str]] = {}
    names = list(notebooks)
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
            results = kept_results(folder, student, name)
        except ResultsBroken:
            continue  # where the notebook was not handed in, whatever the student put in their place
        if results is not None:
            found.update({str(exercise): str(digest) for exercise, digest in results.fingerprints.items()})
    return found
