"""The course's solved notebooks as data: what each answer cell holds, and which exercises call which."""

from __future__ import annotations

import symtable
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat

from attentif.student.notebook import without_magics

ANSWER = "_code"  # what an answer cell's grade id has after its exercise's name


@dataclass(frozen=True)
class SolvedNotebook:
    """A notebook of source/. ``cells`` are its code cells in order: the grade id (empty if none) and the source."""

    atelier: str
    name: str
    cells: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, path: Path) -> SolvedNotebook:
        """The notebook of that file."""
        code = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
        cells = [(cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source) for cell in code]
        return cls(path.parent.name, path.stem, tuple(cells))

    @property
    def exercises(self) -> list[str]:
        """Its exercises, in order."""
        return [name for grade_id, _ in self.cells if (name := _exercise(grade_id))]

    def edit(self, placed: Mapping[str, str], blank: Collection[str] = ()) -> Callable[[nbformat.NotebookNode], None]:
        """An edit of the released notebook: every cell as solved, then ``placed[exercise]`` at the end of its answer,
        as a student would write who tries again. What answers the exercises ``blank`` is left as it is."""

        def edit(notebook: nbformat.NotebookNode) -> None:
            solved = dict(self.cells)
            for cell in notebook.cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
                is_answer = cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code"
                if is_answer and _exercise(grade_id) not in blank:
                    more = placed.get(_exercise(grade_id), "")
                    cell.source = f"{solved[grade_id]}\n\n\n{more}" if more else solved[grade_id]

        return edit

    def callers(self, names: Iterable[str]) -> set[str]:
        """The exercises one of whose functions calls one of these, through others if need be; the functions' own
        exercise is among them if another of its functions does."""
        reaching, found = set(names), set()
        grown = True
        while grown:
            grown = False
            for exercise, name, used in self._definitions:
                if name not in reaching and used & reaching:
                    reaching.add(name)
                    found.add(exercise)
                    grown = True
        return found - {""}

    @cached_property
    def _definitions(self) -> list[tuple[str, str, set[str]]]:
        """Each function or class: the exercise that it answers (empty if provided), its name, what it reads."""
        return [
            (_exercise(grade_id), inner.get_name(), set(_global_names(inner)))
            for grade_id, source in self.cells
            for inner in symtable.symtable(without_magics(source), "cell", "exec").get_children()
        ]


def _exercise(grade_id: str) -> str:
    return grade_id.removesuffix(ANSWER) if grade_id.endswith(ANSWER) else ""


def _global_names(scope: symtable.SymbolTable) -> Iterator[str]:
    """The notebook's names that a function or class reads, however deep."""
    yield from (symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global() and symbol.is_referenced())
    for inner in scope.get_children():
        yield from _global_names(inner)
