"""Canvas's gradebook, one column filled in: what *Grades → Export* gives and *Import* takes."""

from __future__ import annotations

from collections.abc import Mapping

from attentif.collecting.names import glued, identifier, words_of
from attentif.collecting.roster import NO_STUDENTS, Roster
from attentif.collecting.senders import Sender
from attentif.exporting.grades import FinalGrade
from attentif.exporting.rows import Filled, student_of, texts_of
from attentif.exporting.sheets import BadSheet, Sheet

_STUDENT, _NUMBER = ("student", "etudiant"), ("id",)
_SIS = (("sisuserid",), ("sisloginid",))
_EXCUSED = "ex"


def fill_gradebook(
    sheet: Sheet, grades: Mapping[str, FinalGrade], roster: Roster, atelier: str, column: str = ""
) -> Filled:
    """Writes points into the atelier's column (the one whose heading holds its name, or ``column``), scaled to the row
    *Points Possible*; excused students stay excused. Raises BadSheet."""
    name = sheet.column(_STUDENT, "the student (Student)")
    number = sheet.find(_NUMBER)
    note = _column(sheet, atelier, column)
    greatest = None
    done = Filled()
    for row in sheet.rows:
        full, own = sheet.cell(row, name), sheet.cell(row, number)
        words = words_of(full)
        if words in NO_STUDENTS:
            if "points" in words:
                greatest = _points(sheet.cell(row, note))
            continue
        if not words:
            continue
        student = _student(sheet, row, full, own, grades, roster)
        if student is None:
            done.unknown.append(full)
            continue
        done.places[student] = (full, own)
        if sheet.cell(row, note).casefold() == _EXCUSED:
            done.kept.append(student)
        else:
            done.write(row, note, student, grades.get(student), greatest)
    done.without_row = sorted(grades.keys() - done.places.keys())
    return done


def _student(
    sheet: Sheet, row: list[str], full: str, number: str, grades: Mapping[str, FinalGrade], roster: Roster
) -> str | None:
    senders = [Sender(full, "", "canvas", number)]
    senders += [Sender(text, "", "canvas") for text in texts_of(sheet, row, _SIS)]
    last, _, first = full.partition(",")
    return student_of(senders, roster, identifier(glued(f"{last}{first}"), number), grades)


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
