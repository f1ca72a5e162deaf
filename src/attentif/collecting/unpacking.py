"""Archives and folders, as hostile as they may be, become pieces: plain copies in a private folder.

Nothing is written under a name that an archive gives, nothing is followed, and what is read is bounded."""

from __future__ import annotations

import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from attentif.collecting.pieces import Aside, Piece
from attentif.intake.bounds import Bounds, MiB
from attentif.intake.course_files import CourseFiles
from attentif.intake.names import is_plain, printable
from attentif.intake.places import FOLDER_FLAGS
from attentif.intake.reader import OURS, File, walk
from attentif.intake.verdicts import LeftOut, Refused
from attentif.words import collecting as words
from attentif.words import intake as intake_words
from attentif.words.text import Text

# What a whole class may send at once: two thousand hand-ins of some megabytes.
CLASS = Bounds(entries=200_000, total=8 * 1024 * MiB, file=300 * MiB)
HAND_IN = Bounds()
_ENTRY, _RATIO = 1000, 20  # in a class's archive: the least bytes that an entry costs, the most that notebooks shrink
_NESTED = 2  # archives inside each other that are opened: the platform's and a student's own
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError,
    NotImplementedError, ValueError, UnicodeError, IndexError, OverflowError,
)  # fmt: skip
_ARCHIVES = (".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_TOOLS = {"__pycache__", "__MACOSX", "node_modules"}


class CannotOpen(Exception):
    """A source is neither a folder, a zip archive nor a notebook; the text says what to do."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


@dataclass
class Unpacking:
    """What is copied to ``area``, and what is left aside. ``seen(path)`` hears of each file, for a progress bar."""

    area: Path
    bounds: Bounds = CLASS
    seen: Callable[[str], None] = lambda path: None
    aside: list[Aside] = field(default_factory=list)
    _count: int = 0
    _total: int = 0
    _in_folder: bool = False  # the source is a folder: an archive at its top may be a platform's

    def pieces(self, source: Path) -> Iterator[Piece]:
        """The files of a folder, of a zip archive, or the one notebook that ``source`` is.

        Raises CannotOpen for anything else, and where the bounds of a class are passed."""
        self._in_folder = source.is_dir()
        try:
            if self._in_folder:
                yield from self._folder(source)
            elif zipfile.is_zipfile(source):
                with source.open("rb") as file:
                    yield from self._archive(file, source.name, (), 1, _time_of(source))
            elif source.suffix == ".ipynb":
                with source.open("rb") as file:
                    piece = self._copied(source.name, (source.name,), _chunks(file), _time_of(source))
                yield from [piece] if piece else []
            else:
                raise CannotOpen(words.no_source(source.name))
        except Refused as refusal:
            raise CannotOpen(refusal.reason) from refusal
        except OSError as error:
            raise CannotOpen(words.unreadable_source(source.name, str(error.strerror))) from error

    def _leave(self, path: str, reason: Text) -> None:
        self.aside.append(Aside(printable(path), reason))

    def _folder(self, source: Path) -> Iterator[Piece]:
        descriptor = os.open(source, FOLDER_FLAGS & ~os.O_NOFOLLOW)  # the instructor's own choice
        try:
            for item in walk(descriptor, self.bounds, CourseFiles()):
                if isinstance(item, LeftOut):
                    self._leave(f"{source.name}/{item.name}", intake_words.KINDS[item.kind])
                elif isinstance(item, File):
                    yield from self._file(source, item)
        finally:
            os.close(descriptor)

    def _file(self, source: Path, file: File) -> Iterator[Piece]:
        modified = _time(file.status.st_mtime)
        try:
            piece = self._copied(source.name, PurePosixPath(file.path).parts, file.chunks(), modified)
        except OSError as error:
            if error.errno in OURS:
                raise
            self._leave(f"{source.name}/{file.path}", intake_words.KINDS["cannot be read"])
            return
        if piece:
            yield from self._opened(piece, 1)

    def _opened(self, piece: Piece, depth: int) -> Iterator[Piece]:
        """The piece, or what is in it if it is a zip archive."""
        lower = piece.name.lower()
        if lower.endswith(_ARCHIVES):
            self._leave(piece.path, words.OTHER_ARCHIVE)
        elif not lower.endswith(".zip"):
            yield piece
        elif depth >= _NESTED or not zipfile.is_zipfile(piece.copy):
            self._leave(piece.path, words.ARCHIVE_IN_ARCHIVE if depth >= _NESTED else words.BROKEN_ARCHIVE)
        else:
            with piece.copy.open("rb") as file:
                yield from self._archive(file, piece.source, piece.parts, depth + 1, piece.modified)
            piece.copy.unlink()

    def _archive(
        self, file: BinaryIO, source: str, above: tuple[str, ...], depth: int, modified: datetime | None
    ) -> Iterator[Piece]:
        try:
            archive = zipfile.ZipFile(file)
            members = archive.infolist()
        except _BROKEN:
            self._leave("/".join((source, *above)), words.BROKEN_ARCHIVE)
            return
        own = depth > 1 and (not self._in_folder or len(above) > 1)
        if depth > 1 and _is_heavy(members, _size(file), own=own):
            self._leave("/".join((source, *above)), words.HEAVY_ARCHIVE)
            return
        names = [self._parts(member) for member in members]
        last = {parts: number for number, parts in enumerate(names)}
        for number, (member, parts) in enumerate(zip(members, names, strict=True)):
            shown = "/".join((source, *above, member.filename))
            self._counted(shown)
            if member.is_dir() or _is_tools(parts or ()):
                continue
            reason = words.BAD_NAME if parts is None else _left_out(member, self.bounds)
            if reason is None and last[parts] != number:
                reason = words.TWICE_IN_ARCHIVE
            if reason is not None:
                self._leave(shown, reason)
                continue
            yield from self._member(archive, member, (source, (*above, *(parts or ()))), depth, modified, own)

    def _member(
        self,
        archive: zipfile.ZipFile,
        member: zipfile.ZipInfo,
        place: tuple[str, tuple[str, ...]],
        depth: int,
        modified: datetime | None,
        own: bool,
    ) -> Iterator[Piece]:
        source, parts = place
        date = modified or _date(member) if own else _date(member) or modified
        try:
            with archive.open(member) as stream:
                piece = self._copied(source, parts, _chunks(stream, member.file_size), date)
        except _BROKEN:
            self._leave("/".join((source, *parts)), words.BROKEN_MEMBER)
            return
        if piece:
            yield from self._opened(piece, depth)

    @staticmethod
    def _parts(member: zipfile.ZipInfo) -> tuple[str, ...] | None:
        """The folders and the name of a member; None for names that lead elsewhere or cannot be shown."""
        name = _decoded(member).replace("\\", "/")
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        fine = parts and not name.startswith("/") and ".." not in parts and all(map(is_plain, parts))
        return parts if fine and ":" not in parts[0][:2] and len(name.encode()) <= Bounds.path else None

    def _counted(self, path: str) -> None:
        self._count += 1
        self.seen(printable(path))
        if self._count > self.bounds.entries:
            raise Refused(intake_words.too_many(self.bounds.entries))

    def _copied(
        self, source: str, parts: tuple[str, ...], chunks: Iterable[bytes], modified: datetime | None
    ) -> Piece | None:
        """Copies the bytes; None, and nothing kept, where they are more than a file may have."""
        shown = "/".join((source, *parts))
        self._counted(shown)
        limit = self.bounds.notebook if parts[-1].endswith(".ipynb") else self.bounds.file
        copy = self.area / f"{self._count:06}"
        size = 0
        with copy.open("xb") as target:
            for chunk in chunks:
                size += len(chunk)
                self._total += len(chunk)
                if self._total > self.bounds.total:
                    raise Refused(words.too_much(self.bounds.total // MiB))
                if size > limit:
                    break
                target.write(chunk)
        if size > limit:
            copy.unlink()
            self._leave(shown, intake_words.KINDS["too large"])
            return None
        return Piece(source, parts, copy, size, modified)


def _left_out(member: zipfile.ZipInfo, bounds: Bounds) -> Text | None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return intake_words.KINDS["link"]
    if kind not in (0, stat.S_IFREG):
        return intake_words.KINDS["device"]
    if member.flag_bits & _ENCRYPTED_FLAG:
        return words.ENCRYPTED
    if member.file_size > bounds.file:
        return intake_words.KINDS["too large"]
    return None


def _is_heavy(members: Sequence[zipfile.ZipInfo], size: int, *, own: bool) -> bool:
    """Whether an archive in the source holds more than one hand-in may; one that may be a platform's, more than its
    bytes can."""
    entries, total = (HAND_IN.entries, HAND_IN.total)
    if not own:
        entries, total = max(entries, size // _ENTRY), max(total, size * _RATIO)
    return len(members) > entries or sum(member.file_size for member in members) > total


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _is_tools(parts: tuple[str, ...]) -> bool:
    """Whether a path is in a folder that tools make, or is a file that systems put beside others."""
    return any(part in _TOOLS or part.startswith(".") for part in parts)


def _decoded(member: zipfile.ZipInfo) -> str:
    """The name: where the archive does not say that it is UTF-8 it often is, and `zipfile` has read it as CP437."""
    if not member.flag_bits & _UTF8_FLAG:
        with suppress(UnicodeError):
            return member.filename.encode("cp437").decode("utf-8")
    return member.filename


def _date(member: zipfile.ZipInfo) -> datetime | None:
    with suppress(ValueError):
        if member.date_time[0] > 1980:  # the format's zero: no date
            return datetime(*member.date_time)
    return None


def _time_of(path: Path) -> datetime | None:
    return _time(path.stat().st_mtime)


def _time(seconds: float) -> datetime | None:
    """A file's time; None for one that is in no calendar."""
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(seconds, timezone.utc)
    return None


def _chunks(stream: IO[bytes], promised: int | None = None) -> Iterator[bytes]:
    """The stream's bytes; no more than one above what was promised: who promised less is left out as damaged."""
    read = 0
    while chunk := stream.read(MiB):
        read += len(chunk)
        if promised is not None and read > promised:
            raise ValueError("more bytes than the archive says")
        yield chunk
