"""The notebooks of an atelier, as released: a hand-in is recognised by its cells' grade ids, whatever its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from attentif.exercises.conventions import exercises_checked
from attentif.exercises.course import Course

_SHARE = 0.5  # of a notebook's grade ids: with fewer of them a notebook is another one, or none of the course


@dataclass(frozen=True)
class Recognised:
    """Which notebook a file is. ``missing`` are grade ids that it has lost, ``answered`` how many of its answer cells
    differ from the released ones."""

    atelier: str
    name: str
    missing: tuple[str, ...]
    answered: int

    @property
    def complete(self) -> bool:
        """Whether no graded cell has been lost."""
        return not self.missing


@dataclass(frozen=True)
class Released:
    """A notebook as students received it: its grade ids, those that points are given for, and the sources of the cells
    that students fill in."""

    atelier: str
    name: str
    ids: frozenset[str]
    checks: frozenset[str]
    stubs: Mapping[str, str]


def released_notebooks(course: Course) -> list[Released]:
    """The notebooks of all ateliers."""
    paths = (path for atelier in course.ateliers() for path in sorted(course.release(atelier).glob("*.ipynb")))
    return [_released(path) for path in paths]


def _released(path: Path) -> Released:
    marked = list(_marked(nbformat.read(path, 4)))
    stubs = {mark["grade_id"]: source for mark, source in marked if mark.get("solution")}
    ids = frozenset(mark["grade_id"] for mark, _ in marked)
    checks = frozenset(mark["grade_id"] for mark, _ in marked if mark.get("grade"))
    return Released(path.parent.name, path.stem, ids, checks or ids, stubs)


def recognise(notebook: Mapping[str, Any], known: list[Released]) -> Recognised | None:
    """The released notebook that most of the grade ids come from; None for a notebook that is none of them.

    Where an editor has lost nbgrader's marks, a cell's ``check("name")`` still says which exercise it checks."""
    found = {mark["grade_id"]: source for mark, source in _marked(notebook)}
    ids = found.keys() | {name for cell in notebook["cells"] for name in exercises_checked(str(cell.get("source", "")))}
    best = max(known, key=lambda released: len(released.ids & ids), default=None)
    if best is None or len(best.checks & ids) < max(1, _SHARE * len(best.checks)):
        return None
    answered = sum(found.get(grade_id, stub).strip() != stub.strip() for grade_id, stub in best.stubs.items())
    return Recognised(best.atelier, best.name, tuple(sorted(best.ids - ids)), answered)


def _marked(notebook: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]]:
    """The cells that nbgrader grades or that students fill in: what nbgrader says of them, and their source."""
    marked = []
    for cell in notebook["cells"]:
        mark = cell.get("metadata", {}).get("nbgrader")
        if (
            isinstance(mark, Mapping)
            and isinstance(mark.get("grade_id"), str)
            and (mark.get("grade") or mark.get("solution"))
        ):
            marked.append((mark, str(cell.get("source", ""))))
    return marked
