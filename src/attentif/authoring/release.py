"""Making student versions with nbgrader, and telling whether the committed ones are still what source/ gives."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from attentif.authoring.archive import whole_release
from attentif.authoring.completion import DRY_RUN, complete
from attentif.authoring.student_wheel import PATTERN
from attentif.exercises.course import Course
from attentif.exercises.handout import NAME
from attentif.exercises.settings import BadSettings, Settings, read_settings


class ReleaseFailed(Exception):
    """nbgrader could not make the student version; the text is what it said."""


def release(course: Course, atelier: str) -> None:
    """``nbgrader generate_assignment --force``: writes release/<atelier> and records it in the gradebook. Raises
    ReleaseFailed."""
    _settings_of(course)
    _generate(course, atelier)


def stale_files(course: Course, atelier: str) -> list[str]:
    """Names of files of release/<atelier> that are missing, differ from what source/ and course.toml give today, or
    are left of an earlier release. Raises ReleaseFailed."""
    kept = course.release(atelier)
    with tempfile.TemporaryDirectory(prefix="attentif-") as scratch:
        _generate(course, atelier, "--no-db", f"--CourseDirectory.release_directory={scratch}", dry=True)
        fresh = Path(scratch, atelier)
        complete(fresh, _settings_of(course), wheels=kept / "checks")
        names = {path.relative_to(fresh).as_posix() for path in whole_release(fresh)}
        left = {f"checks/{path.name}" for path in [*(kept / "checks").glob(PATTERN), *(kept / "checks").glob(NAME)]}
        return sorted({name for name in names if _differs(fresh / name, kept / name)} | (left - names))


def _settings_of(course: Course) -> Settings:
    try:
        return read_settings(course.root)
    except BadSettings as error:
        raise ReleaseFailed(str(error)) from error


def _differs(fresh: Path, kept: Path) -> bool:
    if not kept.is_file():
        return True
    if fresh.suffix == ".ipynb":
        return bool(nbformat.read(fresh, 4) != nbformat.read(kept, 4))
    return fresh.read_bytes() != kept.read_bytes()


def _generate(course: Course, atelier: str, *options: str, dry: bool = False) -> None:
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", atelier, "--force", *options]
    environment = {**os.environ, **({DRY_RUN: "1"} if dry else {})}
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise ReleaseFailed(f"nbgrader generate_assignment {atelier} failed:\n{done.stderr.strip()[-3000:]}")
