"""``attentif release``: student versions, and whether the committed ones are still right."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from attentif.cli.errors import UserError, course_here


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    text = "make release/<atelier> from source/<atelier> with nbgrader; --check only says whether it is up to date"
    parser = commands.add_parser("release", help="student versions from source/", description=text)
    parser.add_argument("ateliers", nargs="*", help="ateliers (default: all)")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit status 1 if a release is out of date"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Releases, or checks releases."""
    from attentif.authoring.release import ReleaseFailed, release, stale_files

    course = course_here()
    console = Console()
    unknown = sorted(set(arguments.ateliers) - set(course.ateliers()))
    if unknown:
        raise UserError(f"no atelier called {', '.join(unknown)}; there are: {', '.join(course.ateliers()) or 'none'}")
    outdated = 0
    for atelier in arguments.ateliers or course.ateliers():
        try:
            if not arguments.check:
                release(course, atelier)
            stale = stale_files(course, atelier)
        except ReleaseFailed as error:
            raise UserError(str(error)) from error
        outdated += bool(stale)
        for name in stale:
            console.print(f"release/{atelier}/{name} is older than its source: run `attentif release {atelier}`")
        if not stale:
            console.print(f"release/{atelier} is up to date")
    return 1 if outdated else 0
