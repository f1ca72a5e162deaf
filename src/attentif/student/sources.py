"""Which source was judged: the executions that the functions come from, and what has happened to their cells since.

A kernel does not see what is typed in a notebook and neither run nor saved. What can be known is: the source that a
function was compiled from, whether its cell was run again and failed, and what the notebook's file holds, if it was
saved after the run.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import linecache
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from attentif.reports.judged import Judged
from attentif.student.kernel import CellRun
from attentif.student.notebook import NotebookBroken, SavedCell, saved_cells
from attentif.words import judged as words
from attentif.words.text import Text


@dataclass(frozen=True)
class _Seen:
    """A function's execution, and the last execution of its cell; None where there is none that is known."""

    defined: CellRun | None
    last: CellRun | None


def judge_sources(
    names: Mapping[str, Any], functions: Sequence[str], runs: Sequence[CellRun], notebook: Path | None
) -> Judged:
    """What is known of the source of ``functions``, as they stand in ``names``. Never raises."""
    parts: list[tuple[str, int]] = []
    doubts: list[Text] = []
    saved = _saved(notebook)
    for name in functions:
        seen = _seen(name, names, runs)
        if seen.defined is not None:
            parts.append((name, seen.defined.number))
        doubts += _doubts(name, seen) or _elsewhere(name, seen, runs, saved) or _edited(name, seen, saved)
    return Judged(words.judged(parts) if parts else None, tuple(dict.fromkeys(doubts)))


def _seen(name: str, names: Mapping[str, Any], runs: Sequence[CellRun]) -> _Seen:
    compiled = _compiled_source(names.get(name))
    defined = next((run for run in reversed(runs) if compiled and run.compiled.rstrip() == compiled), None)
    if defined is None:
        last = None if name in names else next((run for run in reversed(runs) if defines(name, run.source)), None)
        return _Seen(None, last)
    same = [run for run in runs if (run.cell and run.cell == defined.cell) or defines(name, run.source)]
    return _Seen(defined, next(reversed(same), defined))


def _doubts(name: str, seen: _Seen) -> list[Text]:
    defined, last = seen.defined, seen.last
    if last is None:
        return []
    if defined is None:
        return [words.never_defined(name, last.number, last.error)] if last.error else []
    if last is defined:
        return [words.stopped_after(name, last.number, last.error)] if last.error else []
    if last.error:
        return [words.failed_since(name, last.number, last.error, defined.number)]
    if not defines(name, last.source):
        return [words.no_longer_defined(name, last.number, defined.number)]
    return []


def _elsewhere(name: str, seen: _Seen, runs: Sequence[CellRun], saved: tuple[float, list[SavedCell]]) -> list[Text]:
    """That the function was defined anew in another cell than the one where the answer is to be written."""
    answers = [cell for cell in saved[1] if cell.solution and defines(name, cell.source)]
    run = seen.defined
    if run is None or not run.cell or len(answers) != 1 or run.cell == answers[0].id:
        return []
    last = next((one for one in reversed(runs) if one.cell == answers[0].id), None)
    return [words.defined_elsewhere(name, run.number, last.number)] if last is not None else []


def _edited(name: str, seen: _Seen, saved: tuple[float, list[SavedCell]]) -> list[Text]:
    """That the file, saved since, holds another source. A file that is older than the run tells nothing."""
    run, (when, cells) = seen.last, saved
    if run is None or when <= run.when:
        return []
    mine = [cell for cell in cells if run.cell and cell.id == run.cell]
    mine = mine or [cell for cell in cells if defines(name, cell.source)]
    if len(mine) != 1 or _lines(mine[0].source) == _lines(run.source):
        return []
    return [words.edited_since(name, run.number, time.strftime("%H:%M", time.localtime(when)))]


def _saved(notebook: Path | None) -> tuple[float, list[SavedCell]]:
    if notebook is not None:
        with contextlib.suppress(OSError, NotebookBroken):
            return notebook.stat().st_mtime, saved_cells(notebook)
    return 0.0, []


def _lines(source: str) -> list[str]:
    return [line.rstrip() for line in source.rstrip().splitlines()]


def defines(name: str, source: str) -> bool:
    """Whether a cell is about that function or class, be it correct Python or not."""
    return re.search(rf"^\s*(?:async\s+)?(?:def|class)\s+{re.escape(name)}\b", source, re.MULTILINE) is not None


def _compiled_source(value: Any) -> str:
    """The source of the cell that a function or class was compiled from; "" where it is not known."""
    with contextlib.suppress(Exception):  # a student's object may do anything when it is looked at
        code = code_of(value)
        entry = linecache.cache.get(code.co_filename) if code is not None else None
        if entry is not None and len(entry) > 2:
            return "".join(entry[2]).rstrip()
    return ""


def code_of(value: Any) -> CodeType | None:
    """The code of a function, of what a decorator or a partial stands for, or of a class's first method."""
    if isinstance(value, functools.partial):
        return code_of(value.func)
    if isinstance(value, type):
        methods = (member for member in vars(value).values() if inspect.isfunction(member))
        return next((method.__code__ for method in methods), None)
    code = getattr(inspect.unwrap(value), "__code__", None)
    return code if isinstance(code, CodeType) else None
