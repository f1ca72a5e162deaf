"""``attentif prove``: one exercise, while it is written."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from attentif.cli.errors import UserError, chosen_exercises, course_here


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    text = (
        "build an exercise's public reference, verify it, grade its solution, equivalents and mistakes, and show what "
        "the author of each mistake would read; exit status 1 if anything is wrong"
    )
    parser = commands.add_parser("prove", help="one exercise: build, verify, grade its mistakes", description=text)
    parser.add_argument("exercise", help="name of the exercise")
    parser.add_argument("--brief", action="store_true", help="scores and names only, no reports")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Proves the exercise; prints reports, a table and what is wrong."""
    from attentif.authoring.prove import prove
    from attentif.checks.runner import CheckFilesBroken
    from attentif.references.oracles import OracleBroken
    from attentif.reports.pages import plain_report

    course = course_here()
    console = Console(highlight=False)
    ((atelier, name),) = chosen_exercises(course, [], [arguments.exercise])
    try:
        found = prove(course, course.oracle(atelier, name))
    except (OracleBroken, CheckFilesBroken) as error:
        raise UserError(str(error)) from error
    if not arguments.brief:
        for mistake, report in found.mistakes.items():
            console.rule(mistake)
            console.print(plain_report(report, points=found.exercise.points), markup=False)
    console.print(_table({"mistake": found.mistakes, "equivalent": found.equivalents, "unlisted": found.unlisted}))
    pairs, untold = found.verification.pairs, found.verification.untold
    console.print(f"{len(pairs)} pair(s) of mistakes can be named, {len(untold)} cannot")
    for problem in found.problems:
        console.print(f"✗ {problem}", style="red", markup=False)
    console.print(f"{name}: {len(found.problems)} problem(s)" if found.problems else f"✓ {name} is proven")
    return 1 if found.problems else 0


def _table(reports: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table()
    for heading in ("answer", "", "score", "is called"):
        table.add_column(heading)
    for kind, found in reports.items():
        for name, report in found.items():
            table.add_row(name, kind, f"{100 * report.fraction:.0f} %", ", ".join(report.diagnoses) or "–")
    return table
