"""The three cells of each question in its module's notebook, as the file of questions says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from attentif.authoring.new import grade_mark
from attentif.authoring.questions import POINTS, solved
from attentif.exercises.questions import Question


def update_cells(notebook: Path, questions: Mapping[str, Question], *, write: bool = True) -> bool:
    """Brings the notebook's cells up to date; those of new questions go to its end. Returns whether anything had to
    change."""
    content = nbformat.read(notebook, 4)
    before = nbformat.writes(content)
    for question in questions.values():
        wanted = question_cells(question)
        place = _place(content.cells, f"{question.name}_reponse")
        if place is None:
            content.cells.extend(wanted)
            continue
        for cell, new in zip(content.cells[place - 1 : place + 2], wanted, strict=True):
            if cell.cell_type == new.cell_type:
                cell.source = new.source
            else:
                content.cells[content.cells.index(cell)] = new
    changed = nbformat.writes(content) != before
    if changed and write:
        nbformat.write(content, notebook)
    return changed


def question_cells(question: Question) -> list[nbformat.NotebookNode]:
    """Statement, answer and check. A statement with numbers that are drawn is shown by a call, else it stands there."""
    slug = question.name.replace("_", "-")
    tags: dict[str, Any] = {"slideshow": {"slide_type": "skip"}, "tags": ["question"]}
    if question.drawn:
        call = f'question("{question.name}")'
        drawn = {**tags, "tags": ["question", "illustration"]}  # grading leaves it out
        statement = new_code_cell(call, id=f"{slug}-question", metadata=drawn)
    else:
        text = f"{question.heading} {question.statement()}"
        statement = new_markdown_cell(text, id=f"{slug}-question", metadata=tags)
    skipped = {"slideshow": {"slide_type": "skip"}}
    answer = {**skipped, **grade_mark(f"{question.name}_reponse", solution=True)}
    graded = {**skipped, **grade_mark(question.name, grade=True, points=POINTS)}
    source = f"### BEGIN SOLUTION\n{solved(question)}\n### END SOLUTION"
    return [
        statement,
        new_code_cell(source, id=f"{slug}-reponse", metadata=answer),
        new_code_cell(f'check("{question.name}")', id=f"{slug}-check", metadata=graded),
    ]


def _place(cells: list[nbformat.NotebookNode], grade_id: str) -> int | None:
    """Where the answer cell stands that has a cell before it and one after it."""
    for place, cell in enumerate(cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id and 0 < place < len(cells) - 1:
            return place
    return None
