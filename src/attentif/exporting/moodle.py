"""Moodle's grading worksheet, filled in, and its feedback files.

The worksheet is what *Download grading worksheet* gives (mod/assign/feedback/offline); the archive is what *Upload
multiple feedback files in a zip* takes (mod/assign/feedback/file/importziplib.php): names say whose each file is."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attentif.collecting.names import identifier
from attentif.collecting.roster import MAIL, Roster
from attentif.collecting.senders import Sender
from attentif.exercises.course import Course
from attentif.exporting.grades import FinalGrade
from attentif.exporting.rows import Filled, student_of, texts_of
from attentif.exporting.sheets import BadSheet, Sheet

_IDENTIFIER = ("identifier", "identifiant")
_NAME = ("fullname", "nomcomplet", "nom")
_NUMBER = ("idnumber", "numerodidentification")
_GRADE = ("grade", "note")
_GREATEST = ("maximumgrade", "notemaximale", "notemaximum")
PAGE = "retour"  # `attentif feedback`'s page
_NO_FILE_NAME = '_/\\:*?"<>|&`'
_PARTICIPANT = re.compile(r"\D*(?P<number>\d+)\s*")


def fill_worksheet(sheet: Sheet, grades: Mapping[str, FinalGrade], roster: Roster) -> Filled:
    """Writes points into the sheet's grades, scaled to its own maximum. Raises BadSheet."""
    who = sheet.column(_IDENTIFIER, "the identifier (Identifier, Identifiant)")
    note = sheet.column(_GRADE, "the grade (Grade, Note)")
    name, maximum = sheet.find(_NAME), sheet.find(_GREATEST)
    done = Filled()
    for row in sheet.rows:
        if not any(row):
            continue
        found = _PARTICIPANT.fullmatch(sheet.cell(row, who))
        number = found["number"] if found else ""
        full = sheet.cell(row, name)
        student = _student(sheet, row, full, number, grades, roster)
        if student is None:
            done.unknown.append(full or sheet.cell(row, who))
            continue
        done.places[student] = (full, number)
        done.write(row, note, student, grades.get(student), _greatest(sheet, row, maximum))
    done.without_row = sorted(grades.keys() - done.places.keys())
    return done


def _student(
    sheet: Sheet, row: list[str], full: str, number: str, grades: Mapping[str, FinalGrade], roster: Roster
) -> str | None:
    texts = [*texts_of(sheet, row, (_NUMBER, MAIL)), full]
    senders = [Sender(text, "", "moodle") for text in texts if text]
    return student_of(senders, roster, identifier(full, number), grades)


def _greatest(sheet: Sheet, row: list[str], maximum: int | None) -> float | None:
    text = sheet.cell(row, maximum).replace(",", ".")
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise BadSheet(f"the maximum grade is not a number: {text}") from error


def pages_of(course: Course, atelier: str, notebooks: Iterable[str]) -> dict[str, list[Path]]:
    """Student → the pages that were written for them: `attentif feedback`'s, and nbgrader's for each graded notebook.
    Other files in ``feedback/`` are copies of the student's own, which nobody sends on."""
    names = sorted(notebooks)
    found = {}
    for folder in sorted((course.root / "feedback").glob(f"*/{atelier}")):
        student = folder.parent.name
        graded = [
            name for name in names if (course.root / "autograded" / student / atelier / f"{name}.ipynb").is_file()
        ]
        pages = [folder / f"{name}.html" for name in (*graded, PAGE)]
        found[student] = [page for page in pages if page.is_file()]
    return found


def feedback_zip(archive: Path, pages: Mapping[str, Sequence[Path]], places: Mapping[str, tuple[str, str]]) -> int:
    """Writes each student's pages (student → HTML files) under the names that Moodle matches; how many students.
    Raises OSError."""
    count = 0
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for student, files in sorted(pages.items()):
            name, number = places.get(student, ("", ""))
            if not number or not files:
                continue
            count += 1
            for page in files:
                target.write(page, f"{_file_name(name)}_{number}_assignsubmission_file_/{page.name}")
    return count


def _file_name(name: str) -> str:
    """A student's name, which is their own to choose, as a part of a file's: none that leads elsewhere. Moodle goes by
    the number."""
    plain = "".join(c if c.isprintable() and c not in _NO_FILE_NAME else " " for c in name.replace("..", " "))
    return " ".join(plain.split())
