"""What has been graded already: one small file for each submission, trusted only while everything else agrees."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import attentif
from attentif.exercises.course import Course
from attentif.grading.flags import Flag
from attentif.scheduler.jobs import Rows
from attentif.words.language import language

_FORMAT = 1
_WHOLE = 64 * 1024 * 1024  # bytes; of a bigger file only size and time are looked at


@dataclass(frozen=True)
class Record:
    """A grading that was completed: of what (``key``), and the automatic scores that it gave (``scores``)."""

    key: str
    scores: str
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Records:
    """The records of an atelier, in ``.attentif/graded/<atelier>/``."""

    folder: Path

    def read(self, student: str) -> Record | None:
        """The record of a submission; None if there is none that can be read."""
        try:
            data = json.loads(self._path(student).read_text(encoding="utf-8"))
            if data.pop("format") != _FORMAT:
                return None
            flags = tuple(Flag(**flag) for flag in data.pop("flags"))
            return Record(flags=flags, **data)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, student: str, record: Record) -> None:
        """Keeps a record; a reader sees the old one or the new one."""
        path = self._path(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps({"format": _FORMAT, **asdict(record)}, ensure_ascii=False), encoding="utf-8")
        os.replace(partial, path)

    def remove(self, student: str) -> None:
        """Forgets a submission."""
        self._path(student).unlink(missing_ok=True)

    def _path(self, student: str) -> Path:
        return self.folder / f"{student}.json"


def scores_digest(rows: Rows) -> str:
    """A digest of the automatic scores among a submission's rows."""
    found = sorted((row["cell_id"], row["auto_score"]) for row in rows["grade"])
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def submission_key(course_key: str, fingerprint: str, extension: timedelta | None) -> str:
    """A digest of what was handed in, as the intake read it, of the time that the student was granted, and of
    everything that the grade depends on besides."""
    granted = "" if extension is None else str(extension)
    return hashlib.sha256(f"{course_key}{fingerprint}{granted}".encode()).hexdigest()


def course_key(course: Course, atelier: str, config: Any, config_files: Iterable[str]) -> str:
    """A digest of what all grades of an atelier depend on: checks, oracles, references, what the source folder holds,
    the configuration, the language, the grader itself, every installed package. (The graded cells are added by the
    caller.)"""
    digest = hashlib.sha256(sys.version.encode())
    for name in _installed():
        digest.update(name.encode())
    digest.update(json.dumps([_plain(config), language()], sort_keys=True).encode())
    for path in sorted(config_files):
        _add_files(digest, Path(path).parent, [Path(path)])
    for folder in (course.source(atelier), course.hidden_checks(atelier)):
        _add_files(digest, folder, sorted(p for p in _files_below(folder) if p.suffix not in (".pyc", ".ipynb")))
    package = Path(attentif.__file__).parent
    _add_files(digest, package, sorted(p for p in _files_below(package) if p.suffix in (".py", ".j2")))
    return digest.hexdigest()


def _installed() -> list[str]:
    """Name and version of every installed package, from the names of their metadata's folders: reading the metadata
    itself takes a fifth of a second."""
    folders = [Path(entry) for entry in sys.path if entry and os.path.isdir(entry)]
    found = {path.name for folder in folders for path in folder.iterdir()}
    return sorted(name for name in found if name.endswith((".dist-info", ".egg-info")))


def cells_digest(rows: Rows) -> str:
    """A digest of an assignment's rows in the gradebook: due date, cells, points."""
    kept = {name: rows[name] for name in sorted(rows) if name != "course"}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()


def _files_below(folder: Path) -> Iterable[Path]:
    for parent, _, names in os.walk(folder, followlinks=False):
        yield from (Path(parent, name) for name in names)


def _add_files(digest: Any, base: Path, paths: Iterable[Path]) -> None:
    """Adds names and contents of the course's files; links and special files do not count."""
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            continue
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                continue
            digest.update(f"\0{path.relative_to(base)}\0{status.st_size}\0".encode(errors="surrogateescape"))
            if status.st_size > _WHOLE:
                digest.update(str(status.st_mtime_ns).encode())
            else:
                digest.update(file.read(_WHOLE + 1))


def _plain(value: Any) -> Any:
    """Configuration as JSON: classes and functions by name."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [_plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    if value is None or isinstance(value, bool | int | float | str):
        return value
    name = getattr(value, "__qualname__", None)
    return f"{value.__module__}.{name}" if name else f"{type(value).__module__}.{type(value).__qualname__}"
