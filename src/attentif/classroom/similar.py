"""Answers that are alike, for a person to read side by side; it accuses nobody.

Fingerprints are winnowed k-grams of tokens (Schleimer, Wilkerson and Aiken 2003, as copydetect computes them). What the
release gives is left out, and so is what a large part of the class writes: short right answers are alike by nature.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from copydetect import CodeFingerprint, compare_files

from attentif.exercises.course import Course

_K, _WINDOW = 20, 4  # tokens of a fingerprint, and how many of them one is kept of
_LEAST = 60  # filtered characters; shorter answers are alike by chance
_COMMON = 0.2  # of the class (at least _FEW): what more write is everybody's
_FEW = 4


@dataclass(frozen=True)
class Pair:
    """Two students' sources of one cell; ``likeness`` is the share of the one that is less alike, 0 to 1. ``marks`` are
    (start, end) places of what is alike in each source."""

    cell: str
    students: tuple[str, str]
    sources: tuple[str, str]
    likeness: float
    marks: tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]


def alike(
    sources: Mapping[str, Mapping[str, str]],
    released: Mapping[str, str],
    *,
    least: float = 0.8,
    seen: Callable[[str, int, int], None] = lambda cell, done, total: None,
) -> list[Pair]:
    """Pairs of students (cell → student → source) whose answers to a cell are alike, the most alike first.

    ``released`` is cell → what students were given."""
    found = []
    for number, (cell, answers) in enumerate(sorted(sources.items())):
        seen(cell, number, len(sources))
        found += [pair for pair in _pairs(cell, answers, released.get(cell, "")) if pair.likeness >= least]
    seen("", len(sources), len(sources))
    return sorted(found, key=lambda pair: (-pair.likeness, pair.cell, pair.students))


def _pairs(cell: str, answers: Mapping[str, str], released: str) -> list[Pair]:
    given = set(_print(released).hashes)
    raw = {student: _print(source) for student, source in answers.items()}
    raw = {student: found for student, found in raw.items() if len(found.filtered_code) >= _LEAST}
    counts = Counter(each for found in raw.values() for each in set(found.hashes))
    limit = max(_FEW, _COMMON * len(raw))
    common = given | {each for each, count in counts.items() if count > limit}
    prints = {student: _print(answers[student], common) for student in raw}
    prints = {student: found for student, found in prints.items() if found.token_coverage}
    return [
        pair
        for one, other in combinations(sorted(prints), 2)
        if set(prints[one].hashes) & set(prints[other].hashes)
        for pair in [_compared(cell, (one, other), (prints[one], prints[other]))]
    ]


def _print(source: str, common: set[int] | None = None) -> CodeFingerprint:
    boilerplate = np.array(sorted(common)) if common else None
    return CodeFingerprint("answer.py", _K, _WINDOW, boilerplate, language="python", fp=io.StringIO(source))


def _compared(cell: str, students: tuple[str, str], prints: tuple[CodeFingerprint, CodeFingerprint]) -> Pair:
    _, likeness, slices = compare_files(*prints)
    marks = tuple(tuple((int(a), int(b)) for a, b in np.asarray(each).T) for each in slices)
    sources = (prints[0].raw_code, prints[1].raw_code)
    return Pair(cell, students, sources, min(1.0, float(min(likeness))), (marks[0], marks[1]))


def answers_of(course: Course, atelier: str) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """(cell → student → source) of the graded notebooks' answer cells, and (cell → what was released)."""
    sources: dict[str, dict[str, str]] = {}
    given = sorted(course.release(atelier).glob("*.ipynb"))
    released = {f"{path.stem} › {cell}": source for path in given for cell, source in _answer_cells(path).items()}
    for folder in sorted((course.root / "autograded").glob(f"*/{atelier}")):
        for name in (path.name for path in given):  # what else lies there is the student's own
            for cell, source in _answer_cells(folder / name).items():
                sources.setdefault(f"{Path(name).stem} › {cell}", {})[folder.parent.name] = source
    return {cell: answers for cell, answers in sources.items() if cell in released}, released


def _answer_cells(path: Path) -> dict[str, str]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    found = {}
    for cell in cells:
        mark = cell.get("metadata", {}).get("nbgrader", {})
        if cell.get("cell_type") == "code" and mark.get("solution"):
            found[str(mark.get("grade_id"))] = "".join(cell.get("source", ""))
    return found


def marked(source: str, marks: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """The source in pieces: text, and whether it is alike."""
    pieces, place = [], 0
    for start, end in sorted(marks):
        start, end = max(start, place), min(end, len(source))
        if start < end:
            pieces += [(source[place:start], False), (source[start:end], True)]
            place = end
    return [(text, same) for text, same in [*pieces, (source[place:], False)] if text]
