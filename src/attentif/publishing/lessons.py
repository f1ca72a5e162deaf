"""What is shown of a course: the released folders of modules and ateliers, and their notebooks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from attentif.exercises.course import Course

_TITLE = re.compile(r"^# +(.+?)\s*$", re.MULTILINE)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class LessonNotebook:
    """A released notebook."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @cached_property
    def notebook(self) -> NotebookNode:
        """Its cells, without outputs, as students receive them."""
        return nbformat.read(self.path, 4)

    @property
    def title(self) -> str:
        """Its first heading; its name where it has none."""
        cells = (cell.source for cell in self.notebook.cells if cell.cell_type == "markdown")
        found = next((match for source in cells if (match := _TITLE.search(source))), None)
        return found[1] if found else self.name


@dataclass(frozen=True)
class Lesson:
    """A released folder: a module, whose notebook is read and shown as slides, or an atelier, whose notebooks are
    worked on."""

    folder: Path

    @property
    def name(self) -> str:
        """What the folder is called: module4, atelier3."""
        return self.folder.name

    @property
    def is_module(self) -> bool:
        """Whether the course's convention says that it is a module."""
        return self.name.startswith("module")

    @property
    def label(self) -> str:
        """Its name as a heading: "Atelier 3"."""
        number = _NUMBER.search(self.name)
        return f"{self.name[: number.start()].capitalize()} {number[0]}" if number else self.name.capitalize()

    @cached_property
    def notebooks(self) -> list[LessonNotebook]:
        """Its notebooks, in the order of their names."""
        return [LessonNotebook(path) for path in sorted(self.folder.glob("*.ipynb"))]


def lessons(course: Course, only: list[str] | None = None) -> list[Lesson]:
    """The released modules, then the ateliers, in the order of their numbers; those of ``only`` where it is given."""
    found = [Lesson(path) for path in (course.root / "release").glob("*") if any(path.glob("*.ipynb"))]
    chosen = [lesson for lesson in found if not only or lesson.name in only]
    return sorted(chosen, key=lambda lesson: (not lesson.is_module, _in_order(lesson.name)))


def _in_order(name: str) -> tuple[int, str]:
    number = _NUMBER.search(name)
    return (int(number[0]) if number else 0, name)
