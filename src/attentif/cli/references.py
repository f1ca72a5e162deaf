"""``attentif references build|verify``."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from attentif.authoring.prove import write_reference
from attentif.authoring.verify import Verification, verify
from attentif.cli.errors import UserError, chosen_exercises, course_here
from attentif.exercises.course import Course
from attentif.references import stored
from attentif.references.freshness import stale_reasons
from attentif.references.oracles import OracleBroken, load_exercise


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    parser = commands.add_parser("references", help="public reference tensors: write them, prove them")
    actions = parser.add_subparsers(dest="action", required=True)
    for name, text, run in (
        ("build", "write source/<atelier>/checks/references/ from the oracles", build),
        ("verify", "prove oracles, misconceptions and files; exit status 1 if anything is wrong", verify_all),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("exercises", nargs="*", help="names of exercises (default: all)")
        action.add_argument("--atelier", action="append", default=[], help="only this atelier; may be repeated")
        if name == "build":
            action.add_argument("--stale", action="store_true", help="only files that no longer say what oracles give")
        if name == "verify":
            action.add_argument("--seeds", type=int, default=3, help="how many seeds to draw hidden cases from")
            action.add_argument("--pairs", action="store_true", help="list the pairs of mistakes that cannot be told")
        action.set_defaults(run=run)


def build(arguments: argparse.Namespace) -> int:
    """Writes the public files; prints those that changed."""
    course = course_here()
    console = Console()
    changed = 0
    for atelier, name in chosen_exercises(course, arguments.atelier, arguments.exercises):
        if arguments.stale and not file_problems(course, atelier, name):
            continue
        try:
            written = write_reference(course, load_exercise(course.oracle(atelier, name)))
        except OracleBroken as error:
            raise UserError(str(error)) from error
        for path in written:
            console.print(f"written {path.relative_to(course.root)}")
        changed += len(written)
    console.print(f"{changed} file(s) written" if changed else "every reference file is up to date")
    return 0


def verify_all(arguments: argparse.Namespace) -> int:
    """Verifies exercises and their files, prints a table of separations and of pairs that can be told, then each
    problem."""
    course = course_here()
    console = Console()
    pairs = chosen_exercises(course, arguments.atelier, arguments.exercises)
    found = [
        _verified(course, atelier, name, arguments.seeds)
        for atelier, name in track(pairs, description="verifying", console=console, transient=True)
    ]
    console.print(_table(found))
    for verification in found if arguments.pairs else ():
        for pair, like in verification.untold.items():
            console.print(f"{verification.exercise}: {pair} cannot be told from {like}", highlight=False)
    for verification in found:
        for problem in verification.problems:
            console.print(f"[red]{verification.exercise}[/]: {problem}", highlight=False)
    bad = sum(not v.ok for v in found)
    console.print(f"{len(found) - bad} exercise(s) proven, {bad} with problems")
    return 1 if bad or not found else 0


def _verified(course: Course, atelier: str, name: str, seeds: int) -> Verification:
    try:
        exercise = load_exercise(course.oracle(atelier, name))
        found = verify(exercise, seeds=tuple(range(seeds)))
        found.problems += file_problems(course, atelier, name)
    except OracleBroken as error:
        found = Verification(name, problems=[str(error)])
    return found


def file_problems(course: Course, atelier: str, name: str) -> list[str]:
    """What is wrong with the public file of an exercise: missing, damaged, or not what the oracle gives today."""
    exercise = load_exercise(course.oracle(atelier, name))
    try:
        reasons = stale_reasons(course.references(atelier), exercise)
    except stored.ReferenceBroken as error:
        reasons = [str(error)]
    return [f"public file: {reason}; run `attentif references build {name}`" for reason in reasons]


def _table(found: list[Verification]) -> Table:
    table = Table(title="Separation of misconceptions (relative distance to the right answer)")
    for heading, justify in (
        ("exercise", "left"),
        ("misconceptions", "right"),
        ("pairs", "right"),
        ("equivalents", "right"),
        ("nearest misconception", "left"),
        ("its distance", "right"),
        ("rounding", "right"),
        ("proven", "center"),
    ):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for v in found:
        nearest = min(v.separation, key=lambda name: v.separation[name], default="–")
        gap = f"{v.separation[nearest]:.1e}" if v.separation else "–"
        mark = "[green]✓[/]" if v.ok else "[red]✗[/]"
        table.add_row(
            v.exercise,
            str(len(v.separation)),
            f"{len(v.pairs)}/{len(v.pairs) + len(v.untold)}",
            str(v.equivalents),
            nearest,
            gap,
            f"{v.rounding:.0e}",
            mark,
        )
    return table
