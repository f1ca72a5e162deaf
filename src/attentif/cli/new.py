"""``attentif new exercise``: the files and cells of an exercise that works, to be written over."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from attentif.cli.errors import UserError, course_here


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    text = "write a small exercise that works: oracle, mistakes, words, checks, and its cells at the end of a notebook"
    parser = commands.add_parser("new", help="a new exercise, to be written over", description=text)
    parser.add_argument("what", choices=["exercise"])
    parser.add_argument("name", help="its name: a Python identifier, the graded cell's id")
    parser.add_argument("--atelier", required=True, help="the folder of source/ that it belongs to")
    parser.add_argument("--notebook", type=Path, help="the notebook that gets its cells (default: the atelier's last)")
    parser.add_argument("--points", type=int, default=2, help="what it counts (default: 2)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes it; prints what was written and what comes next."""
    from attentif.authoring.new import AlreadyThere, NewExercise, last_notebook

    course = course_here()
    name = arguments.name
    if not name.isidentifier() or name != name.lower():
        raise UserError(f"{name!r} cannot be the name of an exercise: lower-case letters, digits and _ only")
    notebook = arguments.notebook or last_notebook(course, arguments.atelier)
    try:
        written = NewExercise(course, arguments.atelier, name, notebook.resolve(), arguments.points).write()
    except AlreadyThere as error:
        raise UserError(str(error)) from error
    console = Console(highlight=False)
    for path in written:
        console.print(f"written {path.relative_to(course.root)}")
    console.print(f"now write over them, and run `attentif prove {name}`")
    return 0
