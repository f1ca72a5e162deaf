"""Modules executed as students receive them: their figures are drawn, their questions are left to be answered."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from importlib import metadata
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

import attentif
from attentif.publishing.lessons import Lesson, LessonNotebook

_LIBRARIES = ("matplotlib", "numpy", "torch")
_SKIPPED = "not-executed"
_SECONDS = 300  # for a cell


class NotExecuted(Exception):
    """A released notebook stops at a cell; the text says which one and why."""


def executed(lesson: Lesson, one: LessonNotebook, cache: Path) -> NotebookNode:
    """The notebook with its outputs, from ``cache`` where nothing that they depend on has changed.

    It runs in a copy of its folder, in an ordinary kernel: it is the course's own. Cells to be answered and their
    checks are left alone. Raises NotExecuted."""
    kept = cache / f"{lesson.name}-{one.name}-{_fingerprint(lesson)}.ipynb"
    if kept.is_file():
        return nbformat.read(kept, 4)
    notebook = _run(lesson, one)
    cache.mkdir(parents=True, exist_ok=True)
    for older in cache.glob(f"{lesson.name}-{one.name}-*.ipynb"):
        older.unlink()
    nbformat.write(notebook, kept)
    return notebook


def to_be_answered(cell: NotebookNode) -> bool:
    """Whether a cell is an answer, or the check of one."""
    mark = cell.metadata.get("nbgrader", {})
    return bool(mark.get("solution") or mark.get("grade"))


def _run(lesson: Lesson, one: LessonNotebook) -> NotebookNode:
    notebook = nbformat.read(one.path, 4)
    for cell in notebook.cells:
        if to_be_answered(cell):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), _SKIPPED]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(lesson.folder, folder, dirs_exist_ok=True)
        client = NotebookClient(
            notebook, timeout=_SECONDS, kernel_name="python3", skip_cells_with_tag=_SKIPPED,
            resources={"metadata": {"path": folder}},
        )  # fmt: skip
        try:
            client.execute()
        except CellExecutionError as error:
            where = f"{lesson.name}/{one.path.name}, cell {_stopped(notebook)}"
            raise NotExecuted(f"{where}: {error.ename}: {error.evalue}") from error
    for cell in notebook.cells:
        if _SKIPPED in cell.metadata.get("tags", []):
            cell.metadata["tags"].remove(_SKIPPED)
    return notebook


def _stopped(notebook: NotebookNode) -> str:
    """The id of the cell whose execution failed."""
    return next(cell.id for cell in notebook.cells for out in cell.get("outputs", []) if out.output_type == "error")


def _fingerprint(lesson: Lesson) -> str:
    """Of all that outputs depend on: the folder, the libraries, and how the course's figures are drawn."""
    digest = hashlib.sha256(" ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES).encode())
    library = Path(attentif.__file__).parent
    for root in (lesson.folder, library / "figures", library / "student", library / "words"):
        for path in sorted(path for path in root.rglob("*") if path.is_file() and path.suffix not in (".whl", ".pyc")):
            digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
