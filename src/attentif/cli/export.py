"""``attentif export``: grades and feedback back to the platform that the hand-ins came from."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from attentif.cli.errors import UserError, course_here
from attentif.intake.names import printable

TEXT = """\
Fill the file that the platform gave with the grades of the gradebook (manual scores and late penalties are in them).
Only grades are written: no row is added, no other column changed, students without a grade keep what they have.
`nbgrader export` writes a plain CSV file of all grades.

examples:
  attentif export moodle atelier3 --worksheet Notes-Atelier3.csv --feedback retours.zip
  attentif export canvas atelier3 --gradebook 2026-11-29_Grades.csv
"""


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "export", help="grades back to Moodle or Canvas", description=TEXT, formatter_class=raw
    )
    platforms = parser.add_subparsers(dest="platform", metavar="PLATFORM", required=True)
    moodle = platforms.add_parser(
        "moodle", help="the grading worksheet and a feedback archive", description=TEXT, formatter_class=raw
    )
    moodle.add_argument("--worksheet", dest="sheet", type=Path, required=True, help="Moodle's grading worksheet (CSV)")
    moodle.add_argument("--feedback", type=Path, help="also write an archive of feedback/ for Moodle")
    canvas = platforms.add_parser("canvas", help="the exported gradebook", description=TEXT, formatter_class=raw)
    canvas.add_argument("--gradebook", dest="sheet", type=Path, required=True, help="Canvas's exported gradebook (CSV)")
    canvas.add_argument("--column", default="", help="words of the column's heading (default: the atelier's name)")
    for parser in (moodle, canvas):
        parser.add_argument("atelier", help="the atelier (nbgrader's assignment)")
        parser.add_argument("--output", type=Path, help="the filled file (default: beside the given one, -rempli.csv)")
        parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fills; exit status 1 when no row could be filled."""
    from attentif.collecting.gradebook import class_of, gradebook
    from attentif.exporting.canvas import fill_gradebook
    from attentif.exporting.grades import NoGrades, grades_of
    from attentif.exporting.moodle import fill_worksheet, pages_of
    from attentif.exporting.sheets import BadSheet, Sheet

    course = course_here()
    try:
        sheet = Sheet.read(arguments.sheet.read_bytes())
        with gradebook(course) as known:
            grades = grades_of(known, arguments.atelier)
            notebooks = [str(notebook.name) for notebook in known.find_assignment(arguments.atelier).notebooks]
        if arguments.platform == "moodle":
            done = fill_worksheet(sheet, grades, class_of(course))
        else:
            done = fill_gradebook(sheet, grades, class_of(course), arguments.atelier, arguments.column)
    except OSError as error:
        raise UserError(f"{arguments.sheet}: {error.strerror}") from error
    except BadSheet as error:
        raise UserError(f"{arguments.sheet}: {error}") from error
    except NoGrades as error:
        raise UserError(str(error)) from error
    output = arguments.output or arguments.sheet.with_name(f"{arguments.sheet.stem}-rempli.csv")
    output.write_bytes(sheet.written())
    console = Console(soft_wrap=True, highlight=False)
    _tell(console, output, done)
    if getattr(arguments, "feedback", None):
        _feedback(console, pages_of(course, arguments.atelier, notebooks), arguments, done.places)
    return 0 if done.filled else 1


def _tell(console: Console, output: Path, done: Any) -> None:
    console.print(f"{output}: {len(done.filled)} grades", markup=False)
    told = {
        "no grade yet, row unchanged": done.ungraded,
        "excused, row unchanged": done.kept,
        "unknown to the class, row unchanged": done.unknown,
        "graded, but without a row in the file": done.without_row,
        "a cell waits for a person (formgrader); graded without it": done.unfinished,
    }
    for what, who in told.items():
        if who:
            console.print(f"{what}: {'; '.join(map(printable, who))}", markup=False)


def _feedback(
    console: Console,
    pages: Mapping[str, Sequence[Path]],
    arguments: argparse.Namespace,
    places: dict[str, tuple[str, str]],
) -> None:
    from attentif.exporting.moodle import feedback_zip

    count = feedback_zip(arguments.feedback, pages, places)
    hint = "" if count else f": run `attentif feedback {arguments.atelier}` first"
    console.print(f"{arguments.feedback}: feedback of {count} students{hint}", markup=False)
