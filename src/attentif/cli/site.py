"""``attentif site``: the course's pages, for a browser and without a network."""

from __future__ import annotations

import argparse
import time
from typing import Any

from rich.console import Console

from attentif.cli.errors import UserError, chosen_lessons, course_here

TEXT = """\
Write the course's site into build/site: modules with their figures, the statements of ateliers, glossary, readings,
guides. It is made of release/, what students receive: release first. Open build/site/index.html, or copy the folder to
any web server or stick; nothing is fetched from elsewhere.

examples:
  attentif site                    everything that is released
  attentif site module4 atelier3   these alone, to have a look
"""


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    parser = commands.add_parser(
        "site", help="the course's pages", description=TEXT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lessons", nargs="*", help="modules and ateliers (default: all that are released)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Builds; says where."""
    from attentif.publishing.building import NotBuilt, build_site, places
    from attentif.publishing.bundled import NotInstalled
    from attentif.publishing.executed import NotExecuted
    from attentif.publishing.figures import UndescribedPicture

    course, begun = course_here(), time.monotonic()
    lessons = chosen_lessons(course, arguments.lessons)
    try:
        page = build_site(course, lessons, places(course))
    except (NotBuilt, NotExecuted, UndescribedPicture, NotInstalled) as error:
        raise UserError(str(error), status=1) from error
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{page}: {len(lessons)} lessons, {time.monotonic() - begun:.0f} s", markup=False)
    return 0
