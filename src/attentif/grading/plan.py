"""What to do with each cell of a submission."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from nbformat import NotebookNode
from nbgrader import utils

from attentif.exercises.course import Course

CHECK_LINE = re.compile(
    r"""^\s*check\(\s*["'](?P<name>[A-Za-z_]\w*)["']\s*(?P<hidden>,\s*hidden\s*=\s*True\s*)?\)\s*$"""
)


class CellKind(Enum):
    """How a cell is handled."""

    ORDINARY = "ordinary"  # run in the kernel
    CHECKS = "checks"  # never run: its exercise's checks run outside the kernel
    ASSERTIONS = "assertions"  # a hand-written grade cell: run in the kernel, with proof


@dataclass(frozen=True)
class CellPlan:
    """``exercise`` and ``hidden`` belong to CHECKS cells."""

    kind: CellKind
    exercise: str = ""
    hidden: bool = False


def plan_cell(cell: NotebookNode, course: Course | None, atelier: str) -> CellPlan:
    """A grade cell made of nothing but ``check("…")`` lines is a CHECKS cell if the course has that exercise."""
    if cell.cell_type != "code":
        return CellPlan(CellKind.ORDINARY)
    if not utils.is_grade(cell) or utils.is_solution(cell):
        return CellPlan(CellKind.ORDINARY)
    lines = [line for line in cell.source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    matches = [CHECK_LINE.match(line) for line in lines]
    names = {match["name"] for match in matches if match}
    if lines and all(matches) and len(names) == 1 and course is not None:
        (name,) = names
        if course.check_files(atelier, name):
            return CellPlan(CellKind.CHECKS, name, any(match["hidden"] for match in matches if match))
    return CellPlan(CellKind.ASSERTIONS)
