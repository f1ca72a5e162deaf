"""``attentif publish``: what the course's web address is to serve."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from attentif.cli.errors import UserError, course_here

TEXT = """\
Write all that the address of course.toml is to serve into FOLDER: each notebook, the archive that a notebook which
comes alone fetches (Colab), each atelier as one zip, and a page of links. Copy FOLDER to the web server as it is.
Archives of earlier releases stay there: notebooks that students have begun go on finding theirs.

example: attentif release && attentif publish ~/public_html/attentif
"""


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    parser = commands.add_parser(
        "publish",
        help="what the course's web address serves",
        description=TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="where to write; it is made if there is none")
    parser.add_argument("ateliers", nargs="*", help="ateliers (default: all)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the folder; says where it belongs."""
    from attentif.authoring.publishing import CannotPublish, publish
    from attentif.exercises.settings import BadSettings, read_settings

    course = course_here()
    unknown = sorted(set(arguments.ateliers) - set(course.ateliers()))
    if unknown:
        raise UserError(f"no atelier called {', '.join(unknown)}; there are: {', '.join(course.ateliers()) or 'none'}")
    try:
        settings = read_settings(course.root)
        written = publish(course, settings, arguments.ateliers or course.ateliers(), arguments.folder)
    except (BadSettings, CannotPublish) as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}") from error
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{arguments.folder}: {len(written)} files, to be served at {settings.address}/", markup=False)
    return 0
