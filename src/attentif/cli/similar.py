"""``attentif similar``: answers that are alike, for a person to read."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from attentif.cli.errors import UserError, course_here

TEXT = """\
Compare the class's answers, cell by cell, and write a page with the pairs that are most alike, side by side. What was
released and what many of the class write does not count; short answers are left out. It accuses nobody.

example: attentif similar atelier3 --least 0.9
"""


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    parser = commands.add_parser(
        "similar",
        help="answers that are alike, side by side",
        description=TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("atelier", help="the atelier (nbgrader's assignment)")
    parser.add_argument("--least", type=float, default=0.8, help="how alike, from 0 to 1 (default: 0.8)")
    parser.add_argument("--most", type=int, default=100, help="pairs on the page (default: 100)")
    parser.add_argument("--output", type=Path, help="the page (default: reports/ATELIER/ressemblances.html)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the page; says how many pairs."""
    if not 0 <= arguments.least <= 1:
        raise UserError("--least must be between 0 and 1")
    from attentif.classroom.page import similar_page
    from attentif.classroom.similar import alike, answers_of
    from attentif.words.language import language

    course = course_here()
    sources, released = answers_of(course, arguments.atelier)
    if not sources:
        raise UserError(f"nothing graded of {arguments.atelier}: run `attentif grade {arguments.atelier}`")
    console = Console()
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("", total=len(sources))
        pairs = alike(
            sources, released, least=arguments.least,
            seen=lambda cell, done, total: progress.update(task, completed=done, description=escape(cell)),
        )  # fmt: skip
    page = arguments.output or course.root / "reports" / arguments.atelier / "ressemblances.html"
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(similar_page(arguments.atelier, pairs[: arguments.most], language()), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{page}: {error.strerror}") from error
    console.print(f"{page}: {len(pairs)} pairs, {min(len(pairs), arguments.most)} shown", markup=False, soft_wrap=True)
    return 0
