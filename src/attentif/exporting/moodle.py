"""Moodle's grading worksheet, filled in, and its feedback files.

The worksheet is what *Download grading worksheet* gives (mod/assign/feedback/offline); the archive is what *Upload
multiple feedback files in a zip* takes (mod/assign/feedback/file/importziplib.php): names say whose each file is."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from attentif.collecting.names import identifier
from attentif.collecting.roster import Enrolled, Roster
from attentif.collecting.senders import Sender
from attentif.exporting.grades import FinalGrade
from attentif.exporting.sheets import BadSheet, Sheet

IDENTIFIER = ("identifier", "identifiant")
NAME = ("fullname", "nomcomplet", "nom")
NUMBER = ("idnumber", "numerodidentification")
MAIL = ("emailaddress", "adressedecourriel", "adresseemail", "email", "courriel")
GRADE = ("grade", "note")
GREATEST = ("maximumgrade", "notemaximale", "notemaximum")
_PARTICIPANT = re.compile(r"\D*(?P<number>\d+)\s*")


@dataclass
class Filled:
    """What was written where: rows filled, rows whose student has no grade or is unknown, grades without a row;
    ``places`` is student → what the platform calls them and their number."""

    filled: list[str] = field(default_factory=list)
    ungraded: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    without_row: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)


def fill_worksheet(sheet: Sheet, grades: Mapping[str, FinalGrade], roster: Roster) -> Filled:
    """Writes points into the sheet's grades, scaled to its own maximum. Raises BadSheet."""
    who = sheet.column(IDENTIFIER, "the identifier (Identifier, Identifiant)")
    note = sheet.column(GRADE, "the grade (Grade, Note)")
    name, maximum = sheet.find(NAME), sheet.find(GREATEST)
    done = Filled()
    for row in sheet.rows:
        if not any(row):
            continue
        found = _PARTICIPANT.fullmatch(sheet.cell(row, who))
        number = found["number"] if found else ""
        student = _student(sheet, row, name, number, grades, roster)
        shown = sheet.cell(row, name) or sheet.cell(row, who)
        if student is None:
            done.unknown.append(shown)
            continue
        done.places[student] = (sheet.cell(row, name), number)
        write(sheet, row, note, student, grades.get(student), _greatest(sheet, row, maximum), done)
    done.without_row = sorted(grades.keys() - done.places.keys())
    return done


def write(
    sheet: Sheet,
    row: list[str],
    place: int,
    student: str,
    grade: FinalGrade | None,
    greatest: float | None,
    done: Filled,
) -> None:
    """One student's grade into one row; what has none stays as it is."""
    if grade is None:
        done.ungraded.append(student)
        return
    row.extend([""] * (place + 1 - len(row)))
    row[place] = grade.scaled(grade.greatest if greatest is None else greatest)
    done.filled.append(student)
    if grade.unfinished:
        done.unfinished.append(student)


def _student(
    sheet: Sheet, row: list[str], name: int | None, number: str, grades: Mapping[str, FinalGrade], roster: Roster
) -> str | None:
    known: list[list[Enrolled]] = []
    for columns in (NUMBER, MAIL):
        text = sheet.cell(row, sheet.find(columns))
        known.append(roster.who(Sender(text, "", "moodle")) if text else [])
    full = sheet.cell(row, name)
    known.append(roster.who(Sender(full, "", "moodle")) if full else [])
    for found in known:
        if len(found) == 1:
            return found[0].id
    derived = identifier(full, number)  # as `attentif collect` names folders where there is no class list
    return derived if derived in grades else None


def _greatest(sheet: Sheet, row: list[str], maximum: int | None) -> float | None:
    text = sheet.cell(row, maximum).replace(",", ".")
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise BadSheet(f"the maximum grade is not a number: {text}") from error


def feedback_zip(archive: Path, pages: Mapping[str, Path], places: Mapping[str, tuple[str, str]]) -> int:
    """Writes each student's pages (student → folder of HTML files) under the names that Moodle matches; how many
    students. Raises OSError."""
    count = 0
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for student, folder in sorted(pages.items()):
            name, number = places.get(student, ("", ""))
            found = sorted(folder.glob("*.html"))
            if not number or not found:
                continue
            count += 1
            for page in found:
                target.write(page, f"{name.replace('_', ' ')}_{number}_assignsubmission_file_/{page.name}")
    return count
