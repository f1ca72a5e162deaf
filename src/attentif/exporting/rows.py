"""What Moodle's and Canvas's files have in common: whose a row is, its grade written, and what came of all rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from attentif.collecting.roster import Roster
from attentif.collecting.senders import Sender
from attentif.exporting.grades import FinalGrade
from attentif.exporting.sheets import Sheet


@dataclass
class Filled:
    """What was written where, by student: rows ``filled``, rows left because their student has no grade
    (``ungraded``) or is excused (``kept``), grades ``without_row``, and of those filled the ``unfinished`` ones.
    ``unknown``: what the platform calls the others. ``places``: student → what the platform calls them, and their
    number."""

    filled: list[str] = field(default_factory=list)
    ungraded: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    without_row: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)

    def write(self, row: list[str], place: int, student: str, grade: FinalGrade | None, greatest: float | None) -> None:
        """One student's grade into one row, of ``greatest`` points (None: of the gradebook's); a row whose student
        has none stays as it is."""
        if grade is None:
            self.ungraded.append(student)
            return
        row.extend([""] * (place + 1 - len(row)))
        row[place] = grade.scaled(grade.greatest if greatest is None else greatest)
        self.filled.append(student)
        if grade.unfinished:
            self.unfinished.append(student)


def student_of(senders: Iterable[Sender], roster: Roster, derived: str, graded: Collection[str]) -> str | None:
    """The one student that a row's names can be, tried in order; where the class knows none of them, ``derived``, as
    `attentif collect` names folders without a class list, if it is graded."""
    for sender in senders:
        found = roster.who(sender)
        if len(found) == 1:
            return found[0].id
    return derived if derived in graded else None


def texts_of(sheet: Sheet, row: list[str], columns: Iterable[Iterable[str]]) -> list[str]:
    """The row's cells in these columns (each the headings that it may have); empty and missing ones left out."""
    return [text for names in columns if (text := sheet.cell(row, sheet.find(names)))]
