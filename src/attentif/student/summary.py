"""``check.summary()``: the exercises of an atelier, what is done of them, and what stands in the way of a hand-in."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from attentif.exercises.conventions import REFERENCES, exercises_checked, is_preparation, public_checks
from attentif.exercises.handout import read_handout
from attentif.reports.progress import Progress, ProgressRow
from attentif.reports.results import ExerciseReport
from attentif.student.kernel import CellRun
from attentif.student.notebook import NotebookBroken, SavedCell, saved_cells
from attentif.words import progress as words
from attentif.words.language import Language
from attentif.words.text import Text

_SELF = "check.summary("  # the cell that asks runs while it is looked at


def summarise(
    checks: Path,
    reports: Mapping[str, ExerciseReport],
    runs: Sequence[CellRun],
    notebook: Path | None,
    lang: Language,
) -> Progress:
    """The progress through the notebooks beside ``checks``. ``reports``: the last of each exercise in this kernel;
    ``runs``: what it has run, of the file ``notebook``. Files that are no notebooks are said to be."""
    files: dict[str, list[SavedCell]] = {}
    obstacles: list[Text] = []
    for path in sorted(checks.resolve().parent.glob("*.ipynb")):
        try:
            cells = saved_cells(path)
        except NotebookBroken:
            obstacles.append(words.unreadable(path.name))
            continue
        if any(exercises_checked(cell.source) for cell in cells):
            files[path.name] = cells
            mine = runs if notebook is not None and notebook.resolve() == path else []
            obstacles += _obstacles(path, cells, mine)
    rows = {row.title: row for cells in files.values() for row in _rows(checks, cells, reports)}
    beside = _beside(checks, files)
    obstacles += [
        words.not_written(*each) for each in beside.items() if not (checks.resolve().parent / each[0]).exists()
    ]
    return Progress(tuple(rows.values()), (*files, *beside), (*obstacles, *_twice(files)), lang, read_handout(checks))


def _rows(checks: Path, cells: Sequence[SavedCell], reports: Mapping[str, ExerciseReport]) -> list[ProgressRow]:
    found = []
    for cell in cells:
        for exercise in dict.fromkeys(exercises_checked(cell.source)):
            number, title = exercise_heading(checks, exercise)
            found.append(ProgressRow(number, title, cell.points, reports.get(exercise)))
    return found


def _beside(checks: Path, files: Mapping[str, Sequence[SavedCell]]) -> dict[str, str]:
    """The files that are handed in beside the notebooks, each with the notebook whose check reads it."""
    found: dict[str, str] = {}
    for name, cells in files.items():
        for exercise in dict.fromkeys(e for cell in cells for e in exercises_checked(cell.source)):
            file = file_read(checks / public_checks(exercise))
            if file:
                found.setdefault(file, name)
    return found


def file_read(check_file: Path) -> str:
    """The file that an exercise's checks read beside the notebook: their constant FILE, if any takes ``handed_in``."""
    try:
        tree = ast.parse(check_file.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return ""
    if not any(isinstance(node, ast.arg) and node.arg == "handed_in" for node in ast.walk(tree)):
        return ""
    named = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FILE"
    ]
    return str(named[0].value) if named and isinstance(named[0], ast.Constant) else ""


def exercise_heading(checks: Path, exercise: str) -> tuple[str, Text]:
    """(number, title) of an exercise by its public reference; its name where there is none."""
    try:
        manifest = json.loads((checks / REFERENCES / f"{exercise}.json").read_text(encoding="utf-8"))
        return str(manifest["number"]), Text(**manifest["title"])
    except (OSError, ValueError, TypeError, KeyError):
        return "", Text(exercise, exercise)


def _obstacles(path: Path, cells: Sequence[SavedCell], runs: Sequence[CellRun]) -> list[Text]:
    """What the kernel has run counts more than what the file says, which may be older."""
    waiting = failing = 0
    for cell in cells:
        if not cell.source.strip() or _SELF in cell.source or is_preparation(cell.source):
            continue
        last = next((run for run in reversed(runs) if run.cell == cell.id or run.source == cell.source), None)
        waiting += last is None and not cell.run
        failing += cell.failed if last is None else bool(last.error)
    told = [words.not_run(path.name, waiting)] if waiting else []
    told += [words.failing(path.name, failing)] if failing else []
    return told + ([words.not_saved(path.name)] if runs and path.stat().st_mtime < runs[-1].when else [])


def _twice(files: Mapping[str, Sequence[SavedCell]]) -> list[Text]:
    places: dict[str, list[str]] = {}
    for name, cells in files.items():
        for exercise in dict.fromkeys(e for cell in cells for e in exercises_checked(cell.source)):
            places.setdefault(exercise, []).append(name)
    return [words.twice(exercise, names) for exercise, names in places.items() if len(names) > 1]
