"""Making student versions with nbgrader, and telling whether the committed ones are still what source/ gives."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from attentif.authoring.student_wheel import DRY_RUN, PATTERN, REQUIREMENTS, requirements, wheel_name
from attentif.exercises.course import Course


class ReleaseFailed(Exception):
    """nbgrader could not make the student version; the text is what it said."""


def release(course: Course, atelier: str) -> None:
    """``nbgrader generate_assignment --force``: writes release/<atelier> and records it in the gradebook."""
    _generate(course, atelier)


def stale_files(course: Course, atelier: str) -> list[str]:
    """Names of files of release/<atelier> that are missing or differ from what source/ gives today."""
    with tempfile.TemporaryDirectory(prefix="attentif-") as scratch:
        _generate(course, atelier, "--no-db", f"--CourseDirectory.release_directory={scratch}", dry=True)
        fresh = Path(scratch, atelier)
        kept = course.release(atelier)
        names = [p.relative_to(fresh).as_posix() for p in sorted(fresh.rglob("*")) if p.is_file()]
        stale = [name for name in names if _differs(fresh / name, kept / name)]
        if [path.name for path in (kept / "checks").glob(PATTERN)] != [wheel_name()]:
            stale.append(f"checks/{PATTERN}")
        if not (kept / REQUIREMENTS).is_file() or (kept / REQUIREMENTS).read_text(encoding="utf-8") != requirements():
            stale.append(REQUIREMENTS)
        return stale


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
