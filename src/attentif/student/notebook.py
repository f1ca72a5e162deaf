"""Running a notebook's code in this process, up to a check cell: for ``pytest`` typed in a released folder.

This is for people who check their own notebook on their own machine. Grading never comes here.
"""

from __future__ import annotations

import json
import linecache
import os
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from attentif.exercises.conventions import exercises_checked, is_preparation


class NotebookBroken(Exception):
    """The file is no notebook; the text says what was expected."""


@dataclass(frozen=True)
class SavedCell:
    """A code cell as a notebook's file has it: ``solution`` and ``points`` are nbgrader's (whether an answer is to be
    written there; 0 where it has none), ``run`` whether the file has a number of execution beside it, ``failed``
    whether an error stands below it."""

    id: str
    source: str
    solution: bool = False
    points: float = 0.0
    run: bool = False
    failed: bool = False


def saved_cells(path: Path) -> list[SavedCell]:
    """The code cells of a notebook's file. Raises NotebookBroken if it is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return [_saved_cell(cell) for cell in content["cells"] if cell["cell_type"] == "code"]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotebookBroken(f"{path}: not a notebook that Jupyter could open ({type(error).__name__})") from error


def _saved_cell(cell: dict[str, Any]) -> SavedCell:
    marks = cell.get("metadata", {}).get("nbgrader", {})
    return SavedCell(
        str(cell.get("id", "")),
        "".join(cell["source"]),
        bool(marks.get("solution")),
        float(marks.get("points", 0) or 0),
        cell.get("execution_count") is not None,
        any(output.get("output_type") == "error" for output in cell.get("outputs", [])),
    )


def open_notebook() -> Path | None:
    """The file of the notebook that this kernel belongs to, where Jupyter or VS Code says which; else None."""
    told = os.environ.get("JPY_SESSION_NAME") or vars(sys.modules["__main__"]).get("__vsc_ipynb_file__")
    path = Path(told) if isinstance(told, str) else None
    return path if path is not None and path.suffix == ".ipynb" and path.is_file() else None


@dataclass
class Notebook:
    """The code cells of a notebook file, and the exercises its check cells name."""

    path: Path
    cells: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Notebook:
        """Raises NotebookBroken if the file is not a notebook."""
        return cls(path, [cell.source for cell in saved_cells(path)])

    def exercises(self) -> list[str]:
        """Names of the exercises, in order."""
        return [name for cell in self.cells for name in exercises_checked(cell)]

    def namespace_at(self, exercise: str) -> tuple[dict[str, Any], list[str]]:
        """The notebook's names when its check cell for ``exercise`` is reached, and the errors met on the way.

        A cell that fails does not stop the others, as when a student runs them one by one. Check cells, lines that
        start with % or !, the release's first cell and figures are left out.
        """
        module = ModuleType("__notebook__")
        sys.modules["__notebook__"] = module
        errors: list[str] = []
        for number, source in enumerate(self.cells, start=1):
            found = exercises_checked(source)
            if exercise in found:
                break
            if not found and not is_preparation(source):
                self._run_cell(number, source, module.__dict__, errors)
        return module.__dict__, errors

    def _run_cell(self, number: int, source: str, namespace: dict[str, Any], errors: list[str]) -> None:
        filename = f"<{self.path.stem}, cellule {number}>"
        code = without_magics(source)
        linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
        try:
            exec(compile(code, filename, "exec"), namespace)
        except Exception:
            errors.append(traceback.format_exc(limit=-1))


def without_magics(source: str) -> str:
    """The cell with each line that IPython alone understands (``%…``, ``!…``) replaced by ``pass``."""
    return "\n".join(
        line[: len(line) - len(line.lstrip())] + "pass" if line.lstrip().startswith(("%", "!")) else line
        for line in source.splitlines()
    )


def find_notebook(folder: Path, exercise: str) -> Notebook | None:
    """The notebook of ``folder`` that has a check cell for ``exercise``; None if there is none. Files that are no
    notebooks are passed over."""
    for path in sorted(folder.glob("*.ipynb")):
        try:
            notebook = Notebook.read(path)
        except NotebookBroken:
            continue
        if exercise in notebook.exercises():
            return notebook
    return None
