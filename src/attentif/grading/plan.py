"""What to do with each cell of a submission."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from attentif.exercises.conventions import check_cell
from attentif.exercises.course import Course


class CellKind(Enum):
    """How a cell is handled."""

    ORDINARY = "ordinary"  # run in the kernel
    CHECKS = "checks"  # never run: its exercise's checks run outside the kernel
    ASSERTIONS = "assertions"  # a hand-written grade cell: run in the kernel, with proof
    ILLUSTRATION = "illustration"  # a figure of the course's, as it was released: left out


@dataclass(frozen=True)
class CellPlan:
    """``exercise`` and ``hidden`` belong to CHECKS cells."""

    kind: CellKind
    exercise: str = ""
    hidden: bool = False


def plan_cell(
    cell: NotebookNode, course: Course | None, atelier: str, illustrations: frozenset[str] = frozenset()
) -> CellPlan:
    """A grade cell made of nothing but ``check("…")`` lines is a CHECKS cell if the course has that exercise.

    illustrations: the sources of the released illustrations, as `released_illustrations` gives them.
    """
    if cell.cell_type != "code":
        return CellPlan(CellKind.ORDINARY)
    if plain_source(cell.source) in illustrations and not utils.is_grade(cell):
        return CellPlan(CellKind.ILLUSTRATION)
    if not utils.is_grade(cell) or utils.is_solution(cell):
        return CellPlan(CellKind.ORDINARY)
    asked = check_cell(cell.source)
    if asked is not None and course is not None and course.check_files(atelier, asked.exercise):
        return CellPlan(CellKind.CHECKS, asked.exercise, asked.hidden)
    return CellPlan(CellKind.ASSERTIONS)


def released_illustrations(course: Course | None, atelier: str, notebook: str, tag: str) -> frozenset[str]:
    """The plain sources of the cells that carry ``tag`` in the course's own notebook, released or in source/.

    Of a submission's tags nothing is believed: JupyterLab copies them when a student splits a cell.
    """
    found: frozenset[str] = frozenset()
    if course is None or not tag:
        return found
    for folder in (course.source(atelier), course.release(atelier)):
        path = folder / f"{notebook}.ipynb"
        if path.is_file():
            found |= _tagged(path, path.stat().st_mtime_ns, tag)
    return found


@functools.lru_cache(maxsize=64)
def _tagged(path: Path, _changed: int, tag: str) -> frozenset[str]:
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    tagged = {plain_source(cell.source) for cell in cells if tag in cell.metadata.get("tags", [])}
    others = {plain_source(cell.source) for cell in cells if tag not in cell.metadata.get("tags", [])}
    return frozenset(tagged - others - {""})


def plain_source(source: str) -> str:
    """A source without what an editor may change of it: ends of lines, blanks before them and at the end."""
    return "\n".join(line.rstrip() for line in source.splitlines()).rstrip()
