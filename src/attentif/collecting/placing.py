"""One student's files in ``submitted/<student>/<atelier>/``: a new folder, swapped in whole; nothing is lost."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timezone
from pathlib import Path

from attentif.collecting.choosing import Chosen
from attentif.collecting.pieces import Piece
from attentif.collecting.unpacking import CannotOpen, Unpacking
from attentif.exercises.course import Course
from attentif.intake.reader import TIME


@dataclass(frozen=True)
class Placed:
    """What was done for a student: ``change`` is "new", "newer" or "unchanged"; ``blank`` are notebooks without an
    answer, ``incomplete`` those that have lost graded cells, ``unreadable`` those that cannot be read."""

    student: str
    blank: tuple[str, ...]
    incomplete: tuple[str, ...]
    unreadable: tuple[str, ...]
    late: bool
    change: str


def place(course: Course, atelier: str, chosen: Chosen, late: bool, *, dry_run: bool) -> Placed:
    """Lays the chosen versions in the student's folder; what was there and differs is kept below ``.attentif/``."""
    folder = course.root / "submitted" / chosen.student / atelier
    there = os.path.lexists(folder)
    unchanged = there and all(version.held for version in chosen.versions.values())
    if not dry_run and not unchanged:
        _swap(course, atelier, chosen, folder)
    return _told(chosen, late, "unchanged" if unchanged else "newer" if there else "new")


def held_files(course: Course, atelier: str, student: str, area: Path) -> Iterator[Piece]:
    """The files at the top of what was collected before, copied to ``area``; none where there is nothing, or what is
    there cannot be read."""
    folder = course.root / "submitted" / student / atelier
    if folder.parent.is_symlink() or folder.is_symlink() or not folder.is_dir():
        return
    area.mkdir(mode=0o700)
    try:
        yield from (piece for piece in Unpacking(area).pieces(folder) if len(piece.parts) == 1 and piece.name != TIME)
    except CannotOpen:
        return


def _swap(course: Course, atelier: str, chosen: Chosen, folder: Path) -> None:
    home = course.state / "collected"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = Path(tempfile.mkdtemp(prefix="new-", dir=home))
    try:
        for name, version in chosen.versions.items():
            shutil.copyfile(version.piece.copy, new / name)
            seconds = version.time.timestamp()
            os.utime(new / name, (seconds, seconds))
        utc = chosen.time.astimezone(timezone.utc)
        (new / TIME).write_text(f"{utc:%Y-%m-%d %H:%M:%S} UTC\n", encoding="ascii")
        new.chmod(0o755)
        if folder.parent.is_symlink():  # unpacked by hand from what a student sent: it may lead to anything
            before = Path(tempfile.mkdtemp(prefix=f"{chosen.student}-", dir=home))
            folder.parent.rename(before / chosen.student)
        folder.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(folder):
            before = Path(tempfile.mkdtemp(prefix=f"{atelier}-{chosen.student}-", dir=home))
            shutil.move(folder, before / atelier)
        shutil.move(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _told(chosen: Chosen, late: bool, change: str) -> Placed:
    known = {version.target: version.recognised for version in chosen.notebooks}
    return Placed(
        student=chosen.student,
        blank=tuple(sorted(name for name, found in known.items() if found and not found.answered)),
        incomplete=tuple(sorted(name for name, found in known.items() if found and not found.complete)),
        unreadable=tuple(sorted(name for name, found in known.items() if not found)),
        late=late,
        change=change,
    )
