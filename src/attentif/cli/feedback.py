"""``attentif feedback``: a page for each student."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from attentif.cli.errors import UserError, course_here

TEXT = """\
Write feedback/<student>/ATELIER/retour.html for everybody who is graded: total, points, report and hints of each
exercise, the comments and scores that you gave in the formgrader (they win). Each page opens without a network and can
be printed. `attentif export moodle --feedback` puts these pages into the archive that Moodle takes.

example: attentif feedback atelier3
"""


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    parser = commands.add_parser(
        "feedback",
        help="a page for each student",
        description=TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("atelier", help="the atelier (nbgrader's assignment)")
    parser.add_argument("--student", action="append", default=[], help="only this student; may be repeated")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the pages; says how many."""
    from attentif.authoring.completion import handout_of
    from attentif.classroom.feedback import feedback_of
    from attentif.collecting.gradebook import gradebook
    from attentif.exercises.settings import BadSettings, read_settings
    from attentif.exporting.grades import NoGrades, grades_of
    from attentif.words.language import language

    course = course_here()
    console = Console(soft_wrap=True, highlight=False)
    try:
        handout = handout_of(read_settings(course.root), arguments.atelier)
        with gradebook(course) as known:
            graded = grades_of(known, arguments.atelier)
            unknown = sorted(set(arguments.student) - graded.keys())
            if unknown:
                raise UserError(f"nothing graded of {', '.join(unknown)}")
            pages = feedback_of(course, known, arguments.atelier)
            for feedback in track(
                pages, description=arguments.atelier, total=len(graded), console=console, transient=True
            ):
                if arguments.student and feedback.student not in arguments.student:
                    continue
                page = course.root / "feedback" / feedback.student / arguments.atelier / "retour.html"
                _write(page, feedback.html(language(), handout))
    except (NoGrades, BadSettings) as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}") from error
    count = len(arguments.student) or len(graded)
    console.print(f"feedback/<student>/{arguments.atelier}/retour.html: {count} pages", markup=False)
    return 0


def _write(page: Path, text: str) -> None:
    """Writes the page whole or not at all. What stands in its way is a student's: `nbgrader generate_feedback` copies
    their files there."""
    page.parent.mkdir(parents=True, exist_ok=True)
    if page.is_dir() and not page.is_symlink():
        shutil.rmtree(page)
    descriptor, partial = tempfile.mkstemp(prefix=".retour-", dir=page.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(partial, 0o644)
        os.replace(partial, page)
    except BaseException:
        os.unlink(partial)
        raise
