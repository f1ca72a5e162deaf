"""A class of invented students, each with a story, for demonstrations and tests of the whole pipeline."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from attentif.exercises.course import Course
from attentif.references.oracles import load_exercise


class SamplesBroken(Exception):
    """There is no sample class where one is looked for; the text says where."""


@dataclass(frozen=True)
class Pupil:
    """One invented student: ``answers`` maps exercises to the code handed in (others: the stub, or the reference's
    solution if ``solved``). ``edit`` then changes each notebook, ``raw`` (notebook's name → bytes) replaces whole
    notebooks, and ``files`` (name → text) lie beside them. ``points`` and ``diagnosed``, (exercise, misconception)
    pairs, are what honest grading must find."""

    student: str
    story: str
    points: float
    diagnosed: tuple[tuple[str, str], ...] = ()
    solved: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    edit: Callable[[NotebookNode], None] | None = None
    raw: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def mistaken(folder: Path, *pairs: tuple[str, str]) -> dict[str, Any]:
    """What a Pupil answers, and is told, who makes these (exercise, misconception) mistakes of an atelier's hidden
    ``folder``, and none besides."""
    return {**otherwise(folder, *pairs), "diagnosed": pairs}


def otherwise(folder: Path, *pairs: tuple[str, str]) -> dict[str, Any]:
    """What a Pupil answers who writes these exercises as the named misconception or equivalent does, after the
    solution, and all others as the solution."""
    return {"solved": True, "answers": {exercise: _variant(folder, exercise, name) for exercise, name in pairs}}


def _variant(folder: Path, exercise: str, name: str) -> str:
    known = load_exercise(folder / exercise / "oracle.py")
    found = {variant.name: variant for variant in (*known.misconceptions, *known.equivalents)}[name]
    return f"{known.solution_source}\n\n{found.source()}"


@dataclass(frozen=True)
class SampleClass:
    """The pupils, and the notebooks that they hand in, in which their points are counted."""

    pupils: list[Pupil]
    notebooks: tuple[str, ...]


def load_class(path: Path) -> SampleClass:
    """The ``SAMPLES`` of a module, and its ``NOTEBOOKS``. Raises SamplesBroken if there are none."""
    spec = importlib.util.spec_from_file_location("attentif_sample_class", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise SamplesBroken(f"no sample class at {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return SampleClass(list(module.SAMPLES), tuple(module.NOTEBOOKS))


def hand_in(course: Course, atelier: str, sample: Pupil, notebooks: list[str] | None = None) -> Path:
    """Writes submitted/<student>/<atelier>/ from the release; returns the folder."""
    target = course.root / "submitted" / sample.student / atelier
    target.mkdir(parents=True, exist_ok=True)
    for released in sorted(course.release(atelier).glob("*.ipynb")):
        if notebooks is not None and released.stem not in notebooks:
            continue
        destination = target / released.name
        if released.stem in sample.raw:
            destination.write_bytes(sample.raw[released.stem])
            continue
        notebook = nbformat.read(released, 4)
        fill_in(notebook, course, atelier, sample)
        nbformat.write(notebook, destination)
    for name, content in sample.files.items():
        (target / name).write_text(content, encoding="utf-8")
    return target


def fill_in(notebook: NotebookNode, course: Course, atelier: str, sample: Pupil) -> None:
    """Puts a sample's code in the solution cells of a released notebook."""
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        exercise = grade_id.removesuffix("_code")
        if exercise == grade_id:
            continue
        if exercise in sample.answers:
            cell.source = sample.answers[exercise]
        elif sample.solved:
            cell.source = load_exercise(course.oracle(atelier, exercise)).solution_source
    if sample.edit is not None:
        sample.edit(notebook)
