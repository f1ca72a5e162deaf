"""``attentif collect``: what a class sent, however it is packed, laid in submitted/."""

from __future__ import annotations

import argparse
from collections import defaultdict
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
    counts = defaultdict(list)
    for each in collection.placed:
        counts[each.change].append(each.student)
    told = ", ".join(f"{len(counts[change])} {change}" for change in ("new", "newer", "unchanged") if counts[change])
    console.print(f"{len(collection.placed)} students: {told or 'nothing to take'}{' (dry run)' if dry_run else ''}")
    looks = {
        "late": [p.student for p in collection.placed if p.late],
        "no answer filled in": [f"{p.student}: {', '.join(p.blank)}" for p in collection.placed if p.blank],
        "graded cells are missing": [
            f"{p.student}: {', '.join(p.incomplete)}" for p in collection.placed if p.incomplete
        ],
        "unreadable": [f"{p.student}: {', '.join(p.unreadable)}" for p in collection.placed if p.unreadable],
        "sent nothing": collection.silent,
    }
    table = Table(title="To look at", title_justify="left")
    for heading in ("why", "who"):
        table.add_column(heading, overflow="fold")
    for why, who in looks.items():
        if who:
            table.add_row(why, escape("; ".join(who)))
    if table.row_count:
        console.print(table)
    if collection.aside:
        table = Table(title=f"Not taken: {len(collection.aside)}", title_justify="left")
        for heading in ("file", "reason"):
            table.add_column(heading, overflow="fold")
        for aside in collection.aside:
            table.add_row(escape(aside.path), escape(aside.reason.en))
        console.print(table)
    if not roster:
        console.print("No class list was read: folders bear the platform's names (`attentif roster --help`).")
