"""A small course that holds one real atelier, and what students hand in: solved, half-written, blank, mistaken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from classes import ROOT, environment

from attentif.authoring.sample_class import Pupil, hand_in
from attentif.exercises.course import Course
from attentif.exercises.exercise import Misconception
from attentif.references.oracles import load_exercise

_FILES = ("nbgrader_config.py", "pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT.md")


def make_real_course(folder: Path, atelier: str) -> Course:
    """The repository's atelier, all its notebooks and checks, released in ``folder``."""
    folder.mkdir(parents=True)
    for name in _FILES:
        shutil.copy(ROOT / name, folder / name)
    (folder / "src").symlink_to(ROOT / "src", target_is_directory=True)
    skip = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for part in ("grader_tests", "source"):
        shutil.copytree(ROOT / part / atelier, folder / part / atelier, ignore=skip)
    course = Course(folder.resolve())
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", atelier]
    subprocess.run(command, cwd=course.root, env=environment(), check=True, capture_output=True)
    return course


def solved(course: Course, atelier: str, student: str) -> Pupil:
    """Everything as in the solution."""
    return Pupil(student, "solved", 0.0, solved=True)


def half_written(course: Course, atelier: str, student: str) -> Pupil:
    """Every second exercise as in the solution, the others as they were released."""
    written = _exercises(course, atelier)[::2]
    answers = {name: load_exercise(course.oracle(atelier, name)).solution_source for name in written}
    return Pupil(student, "half-written", 0.0, answers=answers)


def blank(course: Course, atelier: str, student: str) -> Pupil:
    """As it was released."""
    return Pupil(student, "blank", 0.0)


def mistaken(course: Course, atelier: str, student: str) -> Pupil:
    """Every exercise with the first of its listed mistakes."""
    answers = {}
    for name in _exercises(course, atelier):
        exercise = load_exercise(course.oracle(atelier, name))
        answers[name] = _after(exercise.solution_source, next(iter(exercise.misconceptions), None))
    return Pupil(student, "mistaken", 0.0, solved=True, answers=answers)


def _after(solution: str, mistake: Misconception | None) -> str:
    return solution if mistake is None else f"{solution}\n\n\n{mistake.source()}"


KINDS: dict[str, Callable[[Course, str, str], Pupil]] = {
    "solved": solved,
    "half-written": half_written,
    "blank": blank,
    "mistaken": mistaken,
}


def hand_in_kind(course: Course, atelier: str, kind: str, student: str) -> None:
    """Writes submitted/<student>/<atelier>/, with the files that come beside the notebooks."""
    target = hand_in(course, atelier, KINDS[kind](course, atelier, student))
    for path in course.release(atelier).iterdir():
        if path.is_file() and path.suffix != ".ipynb":
            shutil.copy(path, target)


def _exercises(course: Course, atelier: str) -> list[str]:
    return sorted(path.parent.name for path in course.hidden_checks(atelier).glob("*/oracle.py"))
