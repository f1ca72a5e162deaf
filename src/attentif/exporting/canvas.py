"""Canvas's gradebook, one column filled in: what *Grades → Export* gives and *Import* takes."""

from __future__ import annotations

from collections.abc import Mapping

from attentif.collecting.names import glued, identifier, words_of
from attentif.collecting.roster import Roster
from attentif.collecting.senders import Sender
from attentif.exporting.grades import FinalGrade
from attentif.exporting.moodle import Filled, write
from attentif.exporting.sheets import BadSheet, Sheet

STUDENT, NUMBER = ("student", "etudiant"), ("id",)
SIS = ("sisuserid", "sisloginid")
_TOTALS = {frozenset({"points", "possible"}), frozenset({"student", "test"}), frozenset({"etudiant", "test"})}
_EXCUSED = "ex"


def fill_gradebook(
    sheet: Sheet, grades: Mapping[str, FinalGrade], roster: Roster, atelier: str, column: str = ""
) -> Filled:
    """Writes points into the atelier's column (the one whose heading holds its name, or ``column``), scaled to the row
    *Points Possible*; excused students stay excused. Raises BadSheet."""
    name = sheet.column(STUDENT, "the student (Student)")
    number = sheet.find(NUMBER)
    note = _column(sheet, atelier, column)
    greatest = None
    done = Filled()
    for row in sheet.rows:
        words = words_of(sheet.cell(row, name))
        if words in _TOTALS:
            if "points" in words:
                greatest = _points(sheet.cell(row, note))
            continue
        if not words:
            continue
        student = _student(sheet, row, name, number, grades, roster)
        if student is None:
            done.unknown.append(sheet.cell(row, name))
            continue
        done.places[student] = (sheet.cell(row, name), sheet.cell(row, number))
        if sheet.cell(row, note).casefold() == _EXCUSED:
            done.kept.append(student)
        else:
            write(sheet, row, note, student, grades.get(student), greatest, done)
    done.without_row = sorted(grades.keys() - done.places.keys())
    return done


def _student(
    sheet: Sheet, row: list[str], name: int, number: int | None, grades: Mapping[str, FinalGrade], roster: Roster
) -> str | None:
    full, canvas = sheet.cell(row, name), sheet.cell(row, number)
    tried = [Sender(full, "", "canvas", canvas)]
    tried += [Sender(text, "", "canvas") for column in SIS if (text := sheet.cell(row, sheet.find((column,))))]
    for sender in tried:
        found = roster.who(sender)
        if len(found) == 1:
            return found[0].id
    last, _, first = full.partition(",")
    glued_name = glued(f"{last}{first}")  # as `attentif collect` names folders where there is no class list
    return next((derived for derived in (identifier(glued_name, canvas),) if derived in grades), None)


def _column(sheet: Sheet, atelier: str, column: str) -> int:
    wanted = glued(column or atelier)
    found = [place for place, heading in enumerate(sheet.headings) if wanted in glued(heading)]
    if len(found) != 1:
        told = "no column" if not found else f"{len(found)} columns"
        raise BadSheet(f"{told} for {column or atelier}: name one with --column (found: {', '.join(sheet.headings)})")
    return found[0]


def _points(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:  # "(read only)"
        return None
