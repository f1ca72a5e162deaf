"""What the course produces today, as plain data small enough to keep: released notebooks, public tensors, and what each
listed or unlisted answer gets, by the exercises' own check files.

`python -m course.frozen` (in tests/) writes it to golden/; give names of exercises to write only theirs.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import torch
from course.trials import ATELIER, COURSE, EXERCISES, exercise_called, solution_report, trial, unlisted, unlisted_report
from courses import ROOT

from attentif.exercises.exercise import Variant
from attentif.references import stored
from attentif.references.compare import to_numpy
from attentif.references.outcome import Outcome
from attentif.remote.wire.call import Call
from attentif.reports.results import ExerciseReport

GOLDEN = Path(__file__).parent / "golden"


def frozen_exercise(atelier: str, name: str) -> dict[str, Any]:
    """What is kept of an exercise."""
    exercise = exercise_called(name)
    return {
        "public": frozen_tensors(atelier, name),
        "solution": {"": told(solution_report(name))},
        "mistakes": frozen_variants(name, exercise.misconceptions),
        "equivalents": frozen_variants(name, exercise.equivalents),
        "unlisted": frozen_unlisted(name),
    }


def frozen_variants(name: str, variants: Iterable[Variant]) -> dict[str, str]:
    """What these answers to the exercise get, by their names."""
    return {variant.name: told(trial(name).rewritten(variant.source())) for variant in variants}


def frozen_unlisted(name: str) -> dict[str, str]:
    """What the exercise's unlisted mistakes get."""
    return {label: told(unlisted_report(name, label)) for label in unlisted(name)}


def told(report: ExerciseReport) -> str:
    """The score in hundredths and the names given."""
    return " ".join([f"{100 * report.fraction:.1f}", *sorted(report.diagnoses)])


def frozen_tensors(atelier: str, name: str) -> dict[str, Any]:
    """Digests of the committed public reference: cases, right answers, and what each misconception gives."""
    reference = stored.load(COURSE.references(atelier), name)
    return {
        "cases": digest(_asked(case.call) for case in reference.cases),
        "answers": digest(reference.expected(case) for case in reference.cases),
        "mistakes": {
            candidate.name: digest(candidate.outcome(c) for c in reference.cases if c.call.target in functions)
            for functions, candidate in reference.misconceptions
        },
    }


def _asked(call: Call) -> dict[str, Any]:
    return {part: value for part, value in vars(call).items() if value or part != "probe"}


def frozen_release(path: Path) -> list[str]:
    """One line for each cell of a released notebook: its type, its grade id, a digest of its source."""
    cells = nbformat.read(path, 4).cells
    marks = (cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in cells)
    return [
        " ".join(filter(None, (cell.cell_type, mark, digest([cell.source]))))
        for cell, mark in zip(cells, marks, strict=True)
    ]


def digest(values: Iterable[Any]) -> str:
    """Twelve digits that tell these values from others."""
    found = hashlib.sha256()
    for value in values:
        _add(found, value)
    return found.hexdigest()[:12]


def _add(found: Any, value: Any) -> None:
    if isinstance(value, Outcome):
        _add(found, value.raised or value.value)
    elif isinstance(value, Mapping):
        for key in value:
            _add(found, (key, value[key]))
    elif isinstance(value, (list, tuple)):
        found.update(f"({len(value)}".encode())
        for each in value:
            _add(found, each)
    elif isinstance(value, (float, np.generic, np.ndarray, torch.Tensor)):
        array = to_numpy(value)
        assert array is not None
        found.update(f"{array.dtype} {array.shape}".encode() + _rounded(array).tobytes())
    else:
        found.update(f"{type(value).__name__} {value!r}".encode())


def _rounded(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Floats to six digits, so that another order of the same operations changes nothing."""
    if array.dtype.kind != "f":
        return array
    mantissa, exponent = np.frexp(array)
    return np.ldexp(np.rint(mantissa * 2**20), exponent) + 0.0


def place_of(atelier: str, name: str) -> Path:
    """Where an exercise's frozen results are kept."""
    return GOLDEN / atelier / f"{name}.json"


@cache
def kept(name: str) -> dict[str, Any]:
    """An exercise's frozen results."""
    return dict(json.loads(place_of(ATELIER[name], name).read_text(encoding="utf-8")))


RELEASED = sorted((ROOT / "release").glob("*/*.ipynb"))


def write(path: Path, frozen: Any) -> None:
    """Writes one file of golden/."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(frozen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(wanted: list[str]) -> None:
    """Writes what the course produces now."""
    for atelier, name in EXERCISES:
        if not wanted or name in wanted:
            write(place_of(atelier, name), frozen_exercise(atelier, name))
            print(f"{atelier}/{name}", flush=True)
    if not wanted:
        write(GOLDEN / "releases.json", {path.relative_to(ROOT).as_posix(): frozen_release(path) for path in RELEASED})


if __name__ == "__main__":
    main(sys.argv[1:])
