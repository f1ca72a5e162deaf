"""One file that somebody sent, wherever it lay; and what was left aside, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from attentif.words.text import Text


@dataclass(frozen=True)
class Piece:
    """A regular file, copied to ``copy`` under a name of ours. ``parts`` are the folders and the name that it had in
    ``source``; ``modified`` has no time zone where the source says none. In a student's own archive
    it is the archive's: what is in there says what the student likes."""

    source: str
    parts: tuple[str, ...]
    copy: Path
    size: int
    modified: datetime | None

    @property
    def name(self) -> str:
        """Its own name."""
        return self.parts[-1]

    @property
    def path(self) -> str:
        """Where it was, for messages."""
        return "/".join((self.source, *self.parts))


@dataclass(frozen=True)
class Aside:
    """A file that was not taken: where it lay, printable, and why."""

    path: str
    reason: Text
