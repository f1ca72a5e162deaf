"""Putting a submission's graded cells back as the release had them, before nbgrader looks at them.

nbgrader restores the *source* of a check cell, but a student who edits the cell's metadata, type or number can
make it stop with an exception, and a stopped run records no grade. Here the gradebook is the only authority.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

SCHEMA_VERSION = 3


@dataclass(frozen=True)
class ReleasedCell:
    """A graded or solution cell as the gradebook knows it."""

    name: str
    cell_type: str
    source: str
    checksum: str
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float

    def metadata(self) -> NotebookNode:
        """The nbgrader metadata that the released cell had."""
        content: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "grade_id": self.name,
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": self.task,
            "cell_type": self.cell_type,
            "checksum": self.checksum,
        }
        if self.grade or self.task:
            content["points"] = self.points
        return NotebookNode(content)

    def new_cell(self) -> NotebookNode:
        """The cell as it was released (a check cell: with its hidden call)."""
        make = new_code_cell if self.cell_type == "code" else new_markdown_cell
        return make(source=self.source, metadata=NotebookNode(nbgrader=self.metadata()))


def released_cells(db_url: str, assignment: str, notebook: str) -> list[ReleasedCell]:
    """The cells of a released notebook that nbgrader tracks, in the gradebook's order."""
    with Gradebook(db_url) as gradebook:
        found = gradebook.find_notebook(notebook, assignment)
        graded = {cell.name: float(cell.max_score) for cell in [*found.grade_cells, *found.task_cells]}
        grade_names = {cell.name for cell in found.grade_cells}
        solution_names = {cell.name for cell in found.solution_cells}
        task_names = {cell.name for cell in found.task_cells}
        return [
            ReleasedCell(
                name=cell.name,
                cell_type=cell.cell_type,
                source=cell.source or "",
                checksum=cell.checksum or "",
                locked=bool(cell.locked),
                grade=cell.name in grade_names,
                solution=cell.name in solution_names,
                task=cell.name in task_names,
                points=graded.get(cell.name, 0.0),
            )
            for cell in found.source_cells
        ]


class RestoreCells(NbGraderPreprocessor):
    """Restores every tracked cell: metadata, type, locked source; drops forged and duplicated marks; adds back
    what was deleted. Must come first among the sanitising preprocessors."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Rewrites ``nb`` in place."""
        place = resources["nbgrader"]
        released = released_cells(place["db_url"], place["assignment"], place["notebook"])
        restore(nb, released)
        return nb, resources


def restore(nb: NotebookNode, released: list[ReleasedCell]) -> None:
    """Makes the tracked cells of ``nb`` those of ``released``. The last copy of a duplicated cell is kept, since
    it sees the student's latest definitions."""
    known = {cell.name: cell for cell in released}
    kept: list[NotebookNode] = []
    seen: set[str] = set()
    for cell in reversed(nb.cells):
        original = known.get(_grade_id(cell))
        if "metadata" not in cell or not isinstance(cell.metadata, dict):
            cell.metadata = NotebookNode()
        cell.metadata.pop("nbgrader", None)
        if original is None or original.name in seen:
            if original is not None and original.locked:
                continue  # a second copy of a locked cell: it would run again as if it were the student's own
            kept.append(cell)
            continue
        seen.add(original.name)
        kept.append(_restored(cell, original))
    nb.cells = kept[::-1]
    _add_missing(nb, released, seen)
    if (nb.nbformat, nb.nbformat_minor) < (4, 5):
        for cell in nb.cells:
            cell.pop("id", None)  # new cells have one, which older formats do not know


def _grade_id(cell: NotebookNode) -> str:
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = mark.get("grade_id") if isinstance(mark, dict) else None
    return name if isinstance(name, str) else ""


def _restored(cell: NotebookNode, original: ReleasedCell) -> NotebookNode:
    if original.locked:
        fresh = original.new_cell()
    elif cell.cell_type == original.cell_type:
        fresh = cell
        fresh.metadata["nbgrader"] = original.metadata()
    else:
        fresh = original.new_cell()
        fresh.source = cell.source
    if "id" in cell:
        fresh["id"] = cell["id"]
    return fresh


def _add_missing(nb: NotebookNode, released: list[ReleasedCell], seen: set[str]) -> None:
    previous = ""
    for original in released:
        if original.name not in seen and not original.task and not original.grade:
            continue  # a deleted solution cell: nothing is graded there
        if original.name not in seen:
            nb.cells.insert(_place_after(nb, previous), original.new_cell())
        previous = original.name


def _place_after(nb: NotebookNode, name: str) -> int:
    """Just after the cell of that name; at the end when it is not there, where everything is defined."""
    for index, cell in enumerate(nb.cells):
        if name and _grade_id(cell) == name:
            return index + 1
    return len(nb.cells)
