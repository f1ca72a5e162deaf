"""``attentif report``: an atelier's class on one page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from attentif.cli.errors import UserError, course_here

TEXT = """\
Write the class's page: distribution, facility and discrimination of each exercise, commonest mistakes and who made
them, who needs a look. One self-contained page that opens without a network, and the same tables as CSV files. Nothing
is graded again: it is made of the gradebook and of the results that grading left in autograded/.

examples:
  attentif report atelier3                  writes reports/atelier3/index.html
  attentif report atelier3 --without-names  numbers in the place of students, to show in class
"""


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    parser = commands.add_parser(
        "report", help="the class on one page", description=TEXT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("atelier", help="the atelier (nbgrader's assignment)")
    parser.add_argument("--without-names", action="store_true", help="show numbers instead of students")
    parser.add_argument("--output", type=Path, help="the folder to write (default: reports/ATELIER)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the page; says where."""
    from attentif.classroom.gathering import gather
    from attentif.classroom.page import ClassReport
    from attentif.collecting.gradebook import gradebook
    from attentif.exporting.grades import NoGrades
    from attentif.words.language import language

    course = course_here()
    try:
        with gradebook(course) as known:
            data = gather(course, known, arguments.atelier)
    except NoGrades as error:
        raise UserError(str(error)) from error
    folder = arguments.output or course.root / "reports" / arguments.atelier
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in ClassReport(data, language(), names=not arguments.without_names).files().items():
            mark = "\ufeff" if name.endswith(".csv") else ""  # spreadsheets take a file without it for Latin-1
            (folder / name).write_text(mark + text, encoding="utf-8", newline="")
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}") from error
    console = Console(soft_wrap=True, highlight=False)
    counted = f"{len(data.students)} students, {len(data.mistakes)} mistakes named"
    console.print(f"{folder / 'index.html'}: {counted}", markup=False)
    return 0
