"""Who handed in: the folders below ``submitted/``, found by name and opened without following a link."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from attentif.intake.bounds import Bounds
from attentif.intake.names import is_plain, printable
from attentif.intake.verdicts import Refused
from attentif.words import intake as words
from attentif.words.text import Text

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class HandIn:
    """A folder that a student handed in: ``below`` are the names on the way to it from ``base``, which is the
    instructor's own folder. Only the former may be hostile."""

    student: str
    base: Path
    below: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The folder's path, for messages."""
        return self.base.joinpath(*self.below)


@dataclass(frozen=True)
class Inbox:
    """Where hand-ins of one assignment lie: ``base``, then ``before + student + after``, then the names ``below``."""

    base: Path
    before: str
    after: str
    below: tuple[str, ...]

    @classmethod
    def at(cls, pattern: Path, student: str) -> Inbox:
        """From the path that the hand-in of a student called ``student``, a word found nowhere else, would have.

        Raises ValueError if the student's name is not in one part of the path, once."""
        parts = pattern.parts
        places = [index for index, part in enumerate(parts) if student in part]
        if len(places) != 1 or parts[places[0]].count(student) != 1:
            raise ValueError(f"a student's folder cannot be told from {pattern}")
        before, after = parts[places[0]].split(student)
        return cls(Path(*parts[: places[0]]), before, after, parts[places[0] + 1 :])

    def hand_ins(self) -> tuple[list[HandIn], list[str]]:
        """The hand-ins, in the order of the students' names; and, printable, names that no student can have."""
        found, odd = [], []
        for name in sorted(self._names()):
            student = name[len(self.before) : len(name) - len(self.after)]
            if not student or not name.startswith(self.before) or not name.endswith(self.after):
                continue
            hand_in = HandIn(student, self.base, (name, *self.below))
            if name.startswith(".") or not os.path.lexists(hand_in.path):
                continue
            if is_plain(name):
                found.append(hand_in)
            else:
                odd.append(printable(name))
        return found, odd

    def _names(self) -> list[str]:
        try:
            return os.listdir(self.base)
        except FileNotFoundError:
            return []


@contextlib.contextmanager
def opened(hand_in: HandIn) -> Iterator[int]:
    """A descriptor of the folder. Raises Refused if a part of the way is a link, no folder, or closed."""
    descriptor = os.open(hand_in.base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in hand_in.below:
            inner = _enter(descriptor, name)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def _enter(descriptor: int, name: str) -> int:
    try:
        return os.open(name, FOLDER_FLAGS, dir_fd=descriptor)
    except OSError as error:
        raise Refused(_why_closed(descriptor, name, error)) from error


def _why_closed(descriptor: int, name: str, error: OSError) -> Text:
    shown = printable(name)
    mode = 0
    with contextlib.suppress(OSError):
        mode = os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        return words.folder_is_a_link(shown)
    if mode and not stat.S_ISDIR(mode):
        return words.no_folder(shown)
    return words.closed_folder(shown, str(error.strerror))


def has_notebook(hand_in: HandIn, bounds: Bounds | None = None) -> bool:
    """Whether a name in the folder ends as a notebook's does. True of a folder that cannot be told: reading it says
    why."""
    limit = (bounds or Bounds()).entries + 1
    try:
        with opened(hand_in) as descriptor, os.scandir(descriptor) as entries:
            names = [entry.name for entry in islice(entries, limit)]
    except (OSError, Refused):
        return True
    return len(names) == limit or any(is_notebook(name) for name in names)


def is_notebook(name: str) -> bool:
    """Whether nbgrader would take a file of this name for a notebook."""
    return name.endswith(".ipynb") and not name.startswith(".")
