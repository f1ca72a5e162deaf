"""``attentif slides``: a deck for each module, and its PDF where there is a Chromium."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from attentif.cli.errors import UserError, chosen_lessons, course_here

TEXT = """\
Write build/slides/moduleN.html, and moduleN.pdf where there is a Chromium, from the released notebooks: each cell's
slideshow metadata says what it is in the deck. The folder works from a stick, without a network; S opens the speaker's
view. Ends with status 1 where a page shows more than fits on it.

examples:
  attentif slides                  every module
  attentif slides module4          this one
  attentif slides --no-pdf         no PDF, and pages are not measured
"""


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    parser = commands.add_parser(
        "slides", help="a deck for each module", description=TEXT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lessons", nargs="*", metavar="module", help="modules (default: all that are released)")
    parser.add_argument("--no-pdf", action="store_true", help="neither PDF nor measures")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Builds; says where, and what does not fit."""
    from attentif.publishing.building import build_decks, places
    from attentif.publishing.bundled import NotInstalled
    from attentif.publishing.executed import NotExecuted
    from attentif.publishing.figures import UndescribedPicture

    course = course_here()
    modules = [lesson for lesson in chosen_lessons(course, arguments.lessons) if lesson.is_module]
    if not modules:
        raise UserError("no module among what is released: run `attentif release` first")
    where = places(course)
    try:
        decks = build_decks(course, modules, where.slides, where.executed)
    except (NotExecuted, UndescribedPicture, NotInstalled) as error:
        raise UserError(str(error), status=1) from error
    return max(_told(deck, not arguments.no_pdf) for deck in decks)


def _told(deck: Path, printed: bool) -> int:
    """Prints a deck and what is wrong with it; the exit status."""
    from attentif.publishing.browser import NoBrowser, measured, write_pdf

    console = Console(soft_wrap=True, highlight=False)
    if not printed:
        console.print(str(deck), markup=False)
        return 0
    try:
        pages = measured(deck)
        write_pdf(deck, deck.with_suffix(".pdf"))
    except NoBrowser as error:
        console.print(f"{deck}: not printed and not measured: {error}", markup=False)
        return 0
    faults = [fault for page in pages for fault in page.faults()]
    console.print(f"{deck}: {len(pages)} pages, {deck.with_suffix('.pdf').name}", markup=False)
    for fault in faults:
        console.print(f"  {fault}", markup=False)
    return 1 if faults else 0
