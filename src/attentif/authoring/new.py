"""A new exercise: a small one that works, in every file and cell that an exercise has, to be written over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from attentif.exercises.conventions import HIDDEN_CHECKS, public_checks
from attentif.exercises.course import Course

SKELETON = Path(__file__).parent / "skeleton"
HIDDEN = ("oracle.py", "mistakes.py", "mistakes.fr.md", "mistakes.en.md", HIDDEN_CHECKS, "unlisted.py")
_IMPORTS = "import numpy as np\n\nfrom attentif import check"


class AlreadyThere(Exception):
    """An exercise of that name exists; the text says where."""


@dataclass(frozen=True)
class NewExercise:
    """What a new exercise is called and where it goes. ``notebook``: the file that gets its cells."""

    course: Course
    atelier: str
    name: str
    notebook: Path
    points: int = 2

    def write(self) -> list[Path]:
        """Writes its files and appends its cells; returns what was written. Raises AlreadyThere."""
        folder = self.course.folder(self.atelier, self.name)
        public = self.course.public_checks(self.atelier) / public_checks(self.name)
        for path in (folder, public):
            if path.exists():
                raise AlreadyThere(f"{path.relative_to(self.course.root)} exists already")
        folder.mkdir(parents=True)
        public.parent.mkdir(parents=True, exist_ok=True)
        sources = {folder / name: name for name in HIDDEN} | {public: "test_public.py"}
        for path, source in sources.items():
            path.write_text(self._filled(source), encoding="utf-8")
        self._append_cells()
        return [*sources, self.notebook]

    def _append_cells(self) -> None:
        if self.notebook.is_file():
            notebook = nbformat.read(self.notebook, 4)
        else:
            notebook = new_notebook(cells=[new_code_cell(_IMPORTS, id="imports")])
            self.notebook.parent.mkdir(parents=True, exist_ok=True)
        notebook.cells.extend(self._cells())
        nbformat.write(notebook, self.notebook)

    def _cells(self) -> Iterator[nbformat.NotebookNode]:
        slug = self.name.replace("_", "-")
        yield new_markdown_cell(self._filled("statement.md").strip(), id=f"ex-{slug}")
        answer, check = (
            grade_mark(f"{self.name}_code", solution=True),
            grade_mark(self.name, grade=True, points=self.points),
        )
        yield new_code_cell(self._filled("solution.py").strip(), id=f"{slug}-code", metadata=answer)
        yield new_code_cell(self._filled("check.py").strip(), id=f"{slug}-check", metadata=check)

    def _filled(self, name: str) -> str:
        text = (SKELETON / f"{name}.txt").read_text(encoding="utf-8")
        return text.format(name=self.name, atelier=self.atelier, number=self._number, points=self.points)

    @property
    def _number(self) -> str:
        """After the greatest of the atelier's numbers."""
        oracles = self.course.hidden_checks(self.atelier).glob("*/oracle.py")
        texts = (path.read_text(encoding="utf-8") for path in oracles)
        last = max((int(found[1]) for text in texts if (found := re.search(r'number="\d+\.(\d+)"', text))), default=0)
        return f"{re.sub(r'[^0-9]', '', self.atelier) or 0}.{last + 1}"


def last_notebook(course: Course, atelier: str) -> Path:
    """The notebook that a new exercise is appended to: the atelier's last, or one that is still to be made."""
    folder = course.source(atelier)
    return max(folder.glob("*.ipynb"), default=folder / f"{atelier}.ipynb")


def grade_mark(
    grade_id: str, *, solution: bool = False, grade: bool = False, points: int | None = None
) -> dict[str, Any]:
    """nbgrader's metadata of an answer cell or of a check cell."""
    mark = {"grade": grade, "grade_id": grade_id, "locked": grade, "schema_version": 3, "solution": solution}
    return {"nbgrader": {**mark, "task": False, **({} if points is None else {"points": points})}}
