"""Reading a folder that its owner may have made to mislead, block or exhaust whoever reads it.

Everything is opened relative to an open folder, never by a path, never through a link, never waiting. There is no
recursion, and no more descriptors are open than folders are inside each other.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from attentif.intake import verdicts
from attentif.intake.bounds import Bounds, MiB
from attentif.intake.course_files import CourseFiles
from attentif.intake.names import is_plain, printable
from attentif.intake.places import FOLDER_FLAGS, is_notebook
from attentif.intake.verdicts import IntakeFailed, LeftOut, Refused
from attentif.words import intake as words

_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_TOOLS = {"__pycache__", "__MACOSX", "node_modules"}  # and folders whose name begins with a dot: never a student's work
_ENVIRONMENT = "pyvenv.cfg"  # stands at the top of a virtual environment
TIME = "timestamp.txt"  # nbgrader's: when the student handed in
OURS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}


@dataclass(frozen=True)
class Folder:
    """A folder, told before what is in it."""

    path: str


@dataclass
class File:
    """A regular file, open until the next thing is asked for."""

    path: str
    status: os.stat_result
    descriptor: int
    _budget: ReadingBudget

    def chunks(self) -> Iterator[bytes]:
        """Its bytes, as they are now: no more than it had when it was opened. Raises OSError, and Refused when the
        hand-in's files are too many bytes together."""
        left = self.status.st_size
        while left > 0:
            chunk = os.read(self.descriptor, min(left, MiB))
            if not chunk:
                return
            left -= len(chunk)
            self._budget.spend(len(chunk))
            yield chunk


@dataclass
class ReadingBudget:
    """What may still be read of one hand-in."""

    bounds: Bounds
    entries: int = 0
    total: int = 0

    def spend(self, count: int) -> None:
        """Counts bytes that were read."""
        self.total += count
        if self.total > self.bounds.total:
            raise Refused(words.too_heavy(self.bounds.total // MiB))


@dataclass
class _Frame:
    """A folder being read: the beginning of the paths in it, and the names still to be read, the next one last."""

    prefix: str
    descriptor: int
    names: list[str] = field(default_factory=list)


def walk(descriptor: int, bounds: Bounds, course: CourseFiles) -> Iterator[Folder | File | LeftOut]:
    """What an open folder holds, in the order of the names; tools' own folders are passed over without a word.

    Raises Refused beyond a bound, IntakeFailed, and OSError when the folder itself cannot be listed."""
    budget = ReadingBudget(bounds)
    frames = [_Frame("", os.dup(descriptor))]
    try:
        frames[0].names = _listing(frames[0], budget)
        while frames:
            frame = frames[-1]
            if not frame.names:
                os.close(frames.pop().descriptor)
                continue
            found = _look_at(frame, frame.names.pop(), budget, course)
            if isinstance(found, File):
                try:
                    yield found
                finally:
                    os.close(found.descriptor)
            elif isinstance(found, LeftOut):
                yield found
            elif found is not None and len(frames) > bounds.depth:
                os.close(found.descriptor)
                raise Refused(words.too_deep(bounds.depth))
            elif found is not None:
                frames.append(found)
                yield Folder(found.prefix[:-1])
    finally:
        for frame in frames:
            os.close(frame.descriptor)


def _listing(frame: _Frame, budget: ReadingBudget) -> list[str]:
    """The names in a folder, the first one last."""
    room = budget.bounds.entries - budget.entries
    with os.scandir(frame.descriptor) as entries:
        names = [entry.name for entry in islice(entries, room + 1)]
    if len(names) > room:
        raise Refused(words.too_many(budget.bounds.entries))
    budget.entries += len(names)
    return sorted(names, reverse=True)


def _look_at(frame: _Frame, name: str, budget: ReadingBudget, course: CourseFiles) -> _Frame | File | LeftOut | None:
    path = frame.prefix + name
    if len(os.fsencode(path)) > budget.bounds.path:
        raise Refused(words.path_too_long(budget.bounds.path, printable(path)))
    try:
        mode = os.stat(name, dir_fd=frame.descriptor, follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            return _folder(frame, name, path, budget, course)
        kind = _special(mode) or (verdicts.ODD_NAME if not is_plain(name) else "")
        kind = kind or (verdicts.IN_THE_WAY if path in course.folders else "")
        return LeftOut(kind, printable(path)) if kind else _file(frame, name, path, budget, course)
    except OSError as error:
        if error.errno in OURS:
            raise IntakeFailed(str(error)) from error
        changed = error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ESTALE)
        return LeftOut(verdicts.CHANGED if changed else verdicts.UNREADABLE, printable(path))


def _folder(frame: _Frame, name: str, path: str, budget: ReadingBudget, course: CourseFiles) -> _Frame | LeftOut | None:
    if name.startswith(".") or name in _TOOLS:
        return None
    kind = verdicts.ODD_NAME if not is_plain(name) else verdicts.NOTEBOOK_FOLDER if is_notebook(name) else ""
    kind = kind or (verdicts.FALSE_TIME if path == TIME else verdicts.IN_THE_WAY if path in course.files else "")
    if kind:
        return LeftOut(kind, printable(path))
    inner = _Frame(f"{path}/", os.open(name, FOLDER_FLAGS, dir_fd=frame.descriptor))
    try:
        inner.names = _listing(inner, budget)
    except BaseException:
        os.close(inner.descriptor)
        raise
    if _ENVIRONMENT in inner.names:
        os.close(inner.descriptor)
        return None
    return inner


def _file(frame: _Frame, name: str, path: str, budget: ReadingBudget, course: CourseFiles) -> File | LeftOut:
    descriptor = os.open(name, _FILE_FLAGS, dir_fd=frame.descriptor)
    try:
        status = os.fstat(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    limit = budget.bounds.notebook if is_notebook(name) else budget.bounds.file
    kind = _special(status.st_mode) or (verdicts.TOO_LARGE if status.st_size > limit else "")
    kind = kind or (verdicts.HARD_LINK if course.holds(status) else "")
    if kind:
        os.close(descriptor)
        return LeftOut(kind, printable(path))
    return File(path, status, descriptor, budget)


def _special(mode: int) -> str:
    """The kind of what is neither a file nor a folder; empty for a file."""
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISLNK(mode):
        return verdicts.LINK
    if stat.S_ISFIFO(mode):
        return verdicts.PIPE
    if stat.S_ISSOCK(mode):
        return verdicts.SOCKET
    return verdicts.DEVICE if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else verdicts.CHANGED
