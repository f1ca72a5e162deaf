"""For each student and notebook the one that counts: the newest that is whole and has answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from attentif.collecting.assignment import Recognised
from attentif.collecting.pieces import Aside, Piece
from attentif.intake.names import printable
from attentif.words import collecting as words
from attentif.words.text import Text


@dataclass(frozen=True)
class Version:
    """One file that a student sent: a notebook of the atelier, or one that cannot be read (``unreadable`` says why), or
    another file, which keeps its name."""

    student: str
    target: str
    piece: Piece
    digest: str
    time: datetime
    copy: int = 0
    held: bool = False  # collected before
    recognised: Recognised | None = None
    unreadable: Text | None = None

    @property
    def rank(self) -> tuple[bool, bool, bool, datetime, int, bool, str]:
        """The greatest is taken."""
        known = self.recognised
        whole, filled = (known.complete, known.answered > 0) if known else (False, False)
        return self.unreadable is None, whole, filled, self.time, self.copy, self.held, self.piece.path


@dataclass
class Chosen:
    """What goes to one student's folder: file's name → version."""

    student: str
    versions: dict[str, Version] = field(default_factory=dict)

    @property
    def time(self) -> datetime:
        """When the last of the taken files was written."""
        return max(version.time for version in self.versions.values())

    @property
    def notebooks(self) -> list[Version]:
        """The notebooks among them."""
        return [version for version in self.versions.values() if version.target.endswith(".ipynb")]


def choose(versions: Iterable[Version]) -> tuple[list[Chosen], list[Aside]]:
    """One version of each file of each student, students in order; and the others, with the reason."""
    chosen: dict[str, Chosen] = {}
    aside = []
    for version in sorted(versions, key=lambda version: version.rank, reverse=True):
        folder = chosen.setdefault(version.student, Chosen(version.student))
        taken = folder.versions.setdefault(version.target, version)
        again = version.digest == taken.digest and (version.held or taken.held)
        if taken is not version and not again:
            aside.append(Aside(printable(version.piece.path), _why(version, taken)))
    return [chosen[student] for student in sorted(chosen)], aside


def _why(version: Version, taken: Version) -> Text:
    """Why ``taken`` was preferred."""
    if version.unreadable is not None:
        return words.unreadable(version.unreadable)
    if version.digest == taken.digest:
        return words.SAME
    if version.recognised and taken.recognised:
        if taken.recognised.complete and not version.recognised.complete:
            return words.INCOMPLETE
        if taken.recognised.answered and not version.recognised.answered:
            return words.BLANK
    return words.OLDER
