"""Taking one hand-in in: the only code that touches what students send."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attentif.intake import notebooks, timestamps, verdicts
from attentif.intake.bounds import Bounds
from attentif.intake.course_files import CourseFiles
from attentif.intake.places import HandIn, is_notebook, opened
from attentif.intake.reader import OURS, TIME, File, Folder, walk
from attentif.intake.verdicts import IntakeFailed, LeftOut, Refused
from attentif.words import intake as words
from attentif.words.language import Language
from attentif.words.text import Text

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """What came of a hand-in. ``notebooks`` are the names, without suffix, of the expected ones that were handed in;
    ``fingerprint`` is a digest of all that was read, empty if that is not known."""

    fingerprint: str
    notebooks: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    refused: Text | None = None


@dataclass
class Intake:
    """How hand-ins of one assignment are read: ``expected`` are the names, without suffix, of its notebooks."""

    expected: tuple[str, ...]
    course: CourseFiles = field(default_factory=CourseFiles)
    bounds: Bounds = field(default_factory=Bounds)
    lang: Language = "fr"  # of what is written into notebooks

    def fingerprint(self, hand_in: HandIn) -> str:
        """The digest that ``take`` would give, without a copy. Raises IntakeFailed."""
        return self._guarded(hand_in, None).fingerprint

    def take(self, hand_in: HandIn, destination: Path) -> Taken:
        """Lays a hand-in out as a plain private copy in ``destination``, which must not exist.

        Notebooks that are expected and cannot be read are there as notebooks that say so; all of them if the folder is
        refused, or has only notebooks of other names. Whatever the folder does, this returns; IntakeFailed means that
        the grader's own machine failed."""
        taken = self._guarded(hand_in, destination)
        try:
            if taken.refused is not None:
                shutil.rmtree(destination, ignore_errors=True)
                destination.mkdir(parents=True, mode=0o700)
                notebook = notebooks.stand_in(taken.refused, self.lang)
                for name in self.expected:
                    _write(destination / f"{name}.ipynb", [notebooks.written(notebook)])
        except OSError as error:
            raise IntakeFailed(str(error)) from error
        return taken

    def _guarded(self, hand_in: HandIn, destination: Path | None) -> Taken:
        reading = _Reading(self, destination)
        try:
            with opened(hand_in) as descriptor:
                return reading.run(descriptor)
        except IntakeFailed:
            raise
        except Refused as refusal:
            reading.digest.update(f"refused: {refusal.reason.en}".encode())
            return Taken(reading.digest.hexdigest(), refused=refusal.reason)
        except MemoryError as error:
            raise IntakeFailed("no memory left") from error
        except Exception as error:
            if isinstance(error, OSError) and error.errno in OURS:
                raise IntakeFailed(str(error)) from error
            LOG.exception("%s could not be read", hand_in.student)
            return Taken("", refused=words.surprise(type(error).__name__))


class _Reading:
    """One reading of one folder."""

    def __init__(self, intake: Intake, destination: Path | None) -> None:
        self.intake, self.destination = intake, destination
        self.digest = hashlib.sha256()
        self.left_out: list[LeftOut] = []
        self.found: dict[str, bytes | LeftOut] = {}  # expected notebooks: their bytes, or why there are none
        self.others = False  # whether there are notebooks of other names

    def run(self, descriptor: int) -> Taken:
        """Reads everything, then writes the notebooks."""
        if self.destination is not None:
            self.destination.mkdir(parents=True, mode=0o700)
        for item in walk(descriptor, self.intake.bounds, self.intake.course):
            if isinstance(item, LeftOut):
                self._leave(item)
            elif isinstance(item, Folder):
                self._say("folder", item.path)
                if self.destination is not None:
                    (self.destination / item.path).mkdir(mode=0o700)
            else:
                self._read(item)
        if self.destination is not None:
            self._write_notebooks(self.destination)
        return Taken(self.digest.hexdigest(), tuple(sorted(self.found)), tuple(self.left_out))

    def _say(self, *words: Any) -> None:
        self.digest.update(repr(words).encode())

    def _leave(self, item: LeftOut) -> None:
        self._say("left out", item.kind, item.name)
        self.left_out.append(item)
        name = self._expected(item.name)
        if name:
            self.found[name] = item

    def _expected(self, path: str) -> str:
        """The name of the expected notebook that a path is; else empty."""
        self.others |= "/" not in path and is_notebook(path)
        name = path.removesuffix(".ipynb")
        return name if name != path and name in self.intake.expected else ""

    def _read(self, file: File) -> None:
        name, mode = self._expected(file.path), file.status.st_mode & 0o100
        whole = bool(name) or file.path == TIME
        path = self.destination / file.path if self.destination is not None and not whole else None
        content = hashlib.sha256()
        kept = bytearray()
        try:
            _write(path, _seen(file.chunks(), content, kept if whole else None), mode)
        except OSError as error:
            if error.errno in OURS:
                raise
            self._leave(LeftOut(verdicts.UNREADABLE, file.path))
            return
        self._say("file", file.path, mode, content.hexdigest())
        if name:
            self.found[name] = bytes(kept)
        elif file.path == TIME:
            self._keep_time(bytes(kept))

    def _keep_time(self, content: bytes) -> None:
        if timestamps.parsed(content) is None:
            self.left_out += [LeftOut(verdicts.FALSE_TIME, TIME)] if content.strip() else []
        elif self.destination is not None:
            _write(self.destination / TIME, [content])

    def _write_notebooks(self, destination: Path) -> None:
        if not self.found and self.others:
            for name in self.intake.expected:
                notebook = notebooks.stand_in(words.no_such_notebook(name), self.intake.lang)
                _write(destination / f"{name}.ipynb", [notebooks.written(notebook)])
        for name, content in self.found.items():
            notebook = self._notebook(content)
            if self.left_out:
                notebooks.add_notice(notebook, self.left_out, self.intake.lang)
            _write(destination / f"{name}.ipynb", [notebooks.written(notebook)])

    def _notebook(self, content: bytes | LeftOut) -> Any:
        if isinstance(content, LeftOut):
            return notebooks.stand_in(notebooks.not_a_file(content, self.intake.bounds.notebook), self.intake.lang)
        try:
            return notebooks.read_notebook(content)
        except Refused as refusal:
            return notebooks.stand_in(refusal.reason, self.intake.lang)


def _seen(chunks: Iterable[bytes], digest: Any, kept: bytearray | None) -> Iterable[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        if kept is not None:
            kept += chunk
        yield chunk


def _write(path: Path | None, chunks: Iterable[bytes], executable: int = 0) -> None:
    """Writes a new file of our own modes; without a path, only goes through the chunks."""
    if path is None:
        for _ in chunks:
            pass
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600 | executable)
    with os.fdopen(descriptor, "wb") as file:
        try:
            for chunk in chunks:
                file.write(chunk)
        except BaseException:
            path.unlink()
            raise
