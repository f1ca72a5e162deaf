"""``attentif collect``: what a class sent, however it is packed, laid in submitted/."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from attentif.cli.errors import UserError, course_here

TEXT = """\
Lay a class's hand-ins in submitted/<student>/<atelier>/, from whatever archives and folders they came in.

Understood: Moodle's "Download all submissions" (in folders or not), Canvas's "Download submissions", Google Classroom's
folders, nbgrader's exchange and submitted/ layouts, zip archives inside, folders of students, loose notebooks.
Notebooks are recognised by their cells, whatever they are called. The newest complete version with answers counts; what
is not taken is listed with the reason. Running it again changes nothing; newer archives bring newer versions, and what
they replace is kept in .attentif/collected/. Students are found in the class that `attentif roster` read; without one,
folders are named as the platform names students.

examples:
  attentif collect atelier3 ~/Downloads/Atelier3-rendus.zip --dry-run
  attentif collect atelier3 ~/Downloads/Atelier3-rendus.zip retardataires/
"""


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    parser = commands.add_parser(
        "collect",
        help="hand-ins from Moodle, Canvas, Classroom or a folder",
        description=TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("atelier", help="the atelier (nbgrader's assignment)")
    parser.add_argument("source", nargs="+", type=Path, help="zip archives, folders, notebooks")
    parser.add_argument("--dry-run", action="store_true", help="show what would be done; change nothing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Collects; exit status 1 when nothing could be taken."""
    course = course_here()
    if arguments.atelier not in course.ateliers():
        raise UserError(f"no atelier called {arguments.atelier}; there are: {', '.join(course.ateliers()) or 'none'}")
    missing = [str(source) for source in arguments.source if not source.exists()]
    if missing:
        raise UserError(f"no such file or folder: {', '.join(missing)}")

    from attentif.collecting.collect import Collecting
    from attentif.collecting.gradebook import class_of, files_beside, set_due
    from attentif.collecting.unpacking import CannotOpen
    from attentif.exercises.settings import BadSettings, read_settings

    if not any(course.release(arguments.atelier).glob("*.ipynb")):
        raise UserError(f"{arguments.atelier} is not released: run `attentif release {arguments.atelier}`")
    console = Console()
    count, at = TextColumn("{task.completed} files"), TextColumn("{task.fields[at]}")
    try:
        settings = read_settings(course.root)
        roster = class_of(course)
        with Progress(SpinnerColumn(), count, TimeElapsedColumn(), at, console=console, transient=True) as progress:
            task = progress.add_task("", total=None, at="")
            collecting = Collecting(
                course, arguments.atelier, roster, settings, files_beside(course, arguments.atelier),
                seen=lambda path: progress.update(task, advance=1, at=escape(path[-60:])),
            )  # fmt: skip
            collection = collecting.collect(arguments.source, dry_run=arguments.dry_run)
    except (CannotOpen, BadSettings) as error:
        raise UserError(str(error)) from error
    due = settings.due.get(arguments.atelier)
    if due is not None and not arguments.dry_run:
        set_due(course, arguments.atelier, due)
    _tell(console, collection, dry_run=arguments.dry_run, roster=bool(roster.students))
    return 0 if collection.placed else 1


def _tell(console: Console, collection: Any, *, dry_run: bool, roster: bool) -> None:
    counts = Counter(each.change for each in collection.placed)
    told = ", ".join(f"{counts[change]} {change}" for change in ("new", "newer", "unchanged") if counts[change])
    console.print(f"{len(collection.placed)} students: {told or 'nothing to take'}{' (dry run)' if dry_run else ''}")
    placed = collection.placed
    looks = {
        "late": [each.student for each in placed if each.late],
        "no answer filled in": _named((each.student, each.blank) for each in placed),
        "graded cells are missing": _named((each.student, each.incomplete) for each in placed),
        "unreadable": _named((each.student, each.unreadable) for each in placed),
        "sent nothing": collection.silent,
    }
    _table(console, "To look at", ("why", "who"), [(why, "; ".join(who)) for why, who in looks.items() if who])
    aside = [(each.path, each.reason.en) for each in collection.aside]
    _table(console, f"Not taken: {len(aside)}", ("file", "reason"), aside)
    if not roster:
        console.print("No class list was read: folders bear the platform's names (`attentif roster --help`).")


def _named(notebooks: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Students and their notebooks, as one text each; those who have none are left out."""
    return [f"{student}: {', '.join(names)}" for student, names in notebooks if names]


def _table(console: Console, title: str, headings: tuple[str, str], rows: Sequence[tuple[str, str]]) -> None:
    """Prints the rows, if there are any."""
    if not rows:
        return
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)
