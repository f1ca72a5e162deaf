"""``attentif roster``: the class, from the list that a platform gives."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from attentif.cli.errors import UserError, course_here

TEXT = """\
Read the class from a CSV file and write it to nbgrader's gradebook: identifiers, names, addresses. Nobody is removed.

  Moodle: Participants → select all → download (CSV), or the assignment's grading worksheet
  Canvas: Grades → Export entire gradebook
  by hand: First name, Last name, ID number, Email address (or Prénom; Nom; Numéro d'identification; Courriel)

example: attentif roster participants.csv
"""


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    parser = commands.add_parser(
        "roster",
        help="the class, from Moodle's or Canvas's list",
        description=TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="the list (CSV)")
    parser.add_argument("--dry-run", action="store_true", help="only show who would be enrolled")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Enrols; says how many."""
    from attentif.collecting.roster import BadRoster, read_roster

    course = course_here()
    try:
        roster = read_roster(arguments.file.read_bytes())
    except OSError as error:
        raise UserError(f"{arguments.file}: {error.strerror}") from error
    except BadRoster as error:
        raise UserError(f"{arguments.file}: {error}") from error
    console = Console(soft_wrap=True, highlight=False)
    if arguments.dry_run:
        for student in roster.students:
            console.print(f"{student.id}\t{student.full_name}\t{student.email}", markup=False)
        console.print(f"{len(roster.students)} students; nothing was written (--dry-run)")
        return 0
    from attentif.collecting.gradebook import enrol

    new, changed = enrol(course, roster)
    console.print(
        f"{len(roster.students)} students: {new} new, {changed} changed. `attentif collect` knows them by name."
    )
    return 0
