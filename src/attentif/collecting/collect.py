"""Collecting one atelier's hand-ins: everything is read, recognised, chosen; then laid in ``submitted/``."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from attentif.collecting.assignment import Released, recognise, released_notebooks
from attentif.collecting.choosing import Chosen, Version, choose
from attentif.collecting.names import identifier, is_folder_name
from attentif.collecting.pieces import Aside, Piece
from attentif.collecting.placing import Placed, held_files, place
from attentif.collecting.roster import Roster
from attentif.collecting.senders import Sender, copy_number, folded, sender_of
from attentif.collecting.unpacking import Unpacking
from attentif.exercises.course import Course
from attentif.exercises.settings import Settings
from attentif.intake.area import private_area
from attentif.intake.names import printable
from attentif.intake.notebooks import read_notebook
from attentif.intake.verdicts import Refused
from attentif.words import collecting as words
from attentif.words.text import Text

_SMALL = 5_000_000  # bytes of a file that is no notebook
_YEARS = range(1980, 2200)  # other times are nobody's, and some of them are in no calendar of another zone


@dataclass
class Collection:
    """What came of it: a folder for each student, what was left aside, who sent nothing."""

    placed: list[Placed]
    aside: list[Aside]
    silent: list[str]


@dataclass
class Collecting:
    """How hand-ins of ``atelier`` are collected. ``files`` are names, besides notebooks, that a hand-in may hold."""

    course: Course
    atelier: str
    roster: Roster = field(default_factory=Roster)
    settings: Settings = field(default_factory=Settings)
    files: frozenset[str] = frozenset()
    seen: Callable[[str], None] = lambda path: None

    def collect(self, sources: Sequence[Path], *, dry_run: bool = False) -> Collection:
        """Collects from these archives, folders and notebooks; ``dry_run`` changes nothing.

        Raises CannotOpen, before anything is changed, for a source that is none."""
        with private_area(self.course.state / "collecting") as area:
            unpacking = Unpacking(area, seen=self.seen)
            versions = [version for source in sources for version in self._versions(unpacking, source)]
            students = dict.fromkeys(version.student for version in versions)
            held = [version for student in students for version in self._held(area, student)]
            chosen, passed_over = choose([*versions, *held])
            chosen = [folder for folder in chosen if folder.notebooks]
            late = {folder.student: self._late(folder) for folder in chosen}
            placed = [place(self.course, self.atelier, f, late[f.student], dry_run=dry_run) for f in chosen]
        sent = {folder.student for folder in chosen}
        silent = [s.id for s in self.roster.students if s.id not in sent and not self._has_folder(s.id)]
        return Collection(placed, [*unpacking.aside, *passed_over], sorted(silent))

    def _versions(self, unpacking: Unpacking, source: Path) -> Iterator[Version]:
        own = frozenset(map(folded, self.course.ateliers()))
        for piece in unpacking.pieces(source):
            sender = sender_of(piece.parts, own | {folded(source.name)}, self.roster.bears_a_name)
            version = self._version(piece, sender)
            if isinstance(version, Aside):
                unpacking.aside.append(version)
            else:
                yield version

    def _version(self, piece: Piece, sender: Sender) -> Version | Aside:
        """The piece as a version of a file of one student; or why it is none."""
        version = self._recognised(piece, sender)
        if isinstance(version, Aside):
            return version
        who = self.roster.who(sender)
        if sender.anonymous and not who:
            return Aside(printable(piece.path), words.ANONYMOUS)
        if not self.roster.students:
            return replace(version, student=identifier(sender.name, sender.number))
        if len(who) == 1 and not is_folder_name(who[0].id):
            return Aside(printable(piece.path), words.no_folder(printable(who[0].id)))
        if len(who) == 1:
            return replace(version, student=who[0].id)
        several = ", ".join(sorted(student.id for student in who)[:5])
        return Aside(printable(piece.path), words.several(several) if who else words.NOBODY)

    def _recognised(self, piece: Piece, sender: Sender) -> Version | Aside:
        """The piece as a version of a file that is nobody's yet; or why it is none."""
        content = piece.copy.read_bytes()
        times = (each for each in (sender.time, piece.modified) if each is not None and each.year in _YEARS)
        time = self.settings.aware(next(times, None) or datetime.now(timezone.utc))
        digest = hashlib.sha256(content).hexdigest()
        base = Version("", sender.rest or piece.name, piece, digest, time, copy_number(piece.name))
        if not piece.name.lower().endswith(".ipynb"):
            wanted = base.target in self.files and piece.size <= _SMALL
            return base if wanted else Aside(printable(piece.path), words.NO_NOTEBOOK)
        try:
            found = recognise(read_notebook(content), self._released)
        except Refused as refusal:
            return self._unreadable(base, refusal.reason)
        if found is None:
            return Aside(printable(piece.path), words.NOT_OF_THE_COURSE)
        if found.atelier != self.atelier:
            return Aside(printable(piece.path), words.other_atelier(found.atelier))
        return replace(base, target=f"{found.name}.ipynb", recognised=found)

    def _unreadable(self, version: Version, reason: Text) -> Version | Aside:
        """The version as the notebook whose name the file's holds, or as the atelier's only one."""
        names = [released.name for released in self._released if released.atelier == self.atelier]
        only = names[0] if len(names) == 1 else None
        name = next((name for name in names if name in version.piece.name), only)
        if name is None:
            return Aside(printable(version.piece.path), words.unreadable(reason))
        return replace(version, target=f"{name}.ipynb", unreadable=reason)

    @functools.cached_property
    def _released(self) -> list[Released]:
        return released_notebooks(self.course)

    def _held(self, area: Path, student: str) -> Iterator[Version]:
        """What is in the student's folder already, as further versions."""
        for piece in held_files(self.course, self.atelier, student, area / f"held-{student}"):
            version = self._recognised(piece, Sender(student, piece.name))
            if isinstance(version, Version):
                yield replace(version, student=student, target=piece.name, held=True)

    def _late(self, folder: Chosen) -> bool:
        due = self.settings.due_for(self.atelier, folder.student)
        return due is not None and folder.time > due

    def _has_folder(self, student: str) -> bool:
        return is_folder_name(student) and (self.course.root / "submitted" / student / self.atelier).is_dir()
