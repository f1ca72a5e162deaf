"""The course's own files, as far as a hand-in may collide with them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class CourseFiles:
    """``files``: what grading lays over each hand-in, paths relative to its folder. ``private``: files and folders
    of the course that no hand-in may show, under whatever other name."""

    files: frozenset[str] = frozenset()
    private: tuple[Path, ...] = ()

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders of ``files``."""
        return frozenset(parent.as_posix() for path in self.files for parent in Path(path).parents if parent.name)

    def holds(self, status: os.stat_result) -> bool:
        """Whether a file is one of the private ones: two names of a file are told by its number."""
        return status.st_nlink > 1 and (status.st_dev, status.st_ino) in self._identities

    @cached_property
    def _identities(self) -> frozenset[tuple[int, int]]:
        return frozenset((found.st_dev, found.st_ino) for path in self.private for found in _files_at(path))


def _files_at(path: Path) -> Iterator[os.stat_result]:
    if path.is_file():
        yield path.stat()
    for parent, _, names in os.walk(path, followlinks=False):
        yield from (os.stat(os.path.join(parent, name), follow_symlinks=False) for name in names)
