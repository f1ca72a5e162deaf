"""``attentif grade``: a class graded, with what needs a person's look at the end."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from attentif.cli.errors import UserError, course_here

_SHOWN = 12  # names in one row of the summary


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    text = (
        "grade what was handed in for an atelier, as `nbgrader autograde` does, several submissions at a time; "
        "unchanged submissions keep their grade, and an interrupted run is taken up where it stopped"
    )
    parser = commands.add_parser("grade", help="grade a class, fast", description=text)
    parser.add_argument("atelier", help="the atelier (nbgrader's assignment)")
    parser.add_argument("--student", action="append", default=[], help="only this student; may be repeated")
    parser.add_argument(
        "--workers", type=int, default=0, help="submissions graded at a time (default: one for each core)"
    )
    parser.add_argument("--rerun", action="store_true", help="grade unchanged submissions again")
    parser.add_argument("--no-cache", action="store_true", help="neither use nor keep records of what has been graded")
    parser.set_defaults(run=run)


class _Bar:
    """The progress bar, told by the scheduler."""

    def __init__(self, console: Console, atelier: str) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("ETA"),
            TimeRemainingColumn(), TextColumn("{task.fields[news]}"), console=console,
        )  # fmt: skip
        self.task = self.progress.add_task(escape(atelier), total=None, news="getting ready …")
        self.counts: Counter[str] = Counter()

    def total(self, submissions: int) -> None:
        """The length of the bar."""
        self.progress.update(self.task, total=submissions)

    def standing(self, standing: Any) -> None:
        """One step, with the newest standing beside it."""
        state = "unchanged" if standing.unchanged else "graded"
        self.counts["not graded" if standing.points is None or standing.ungraded else state] += 1
        self.counts["to look at"] += bool(standing.flags)
        points = "–" if standing.points is None else f"{standing.points:g}"
        news = ", ".join(f"{number} {name}" for name, number in self.counts.items() if number)
        self.progress.update(self.task, advance=1, news=escape(f"{news} · {standing.student} {points}"))

    def message(self, text: str) -> None:
        """A line above the bar."""
        self.progress.console.print(text, markup=False, highlight=False)


def run(arguments: argparse.Namespace) -> int:
    """Grades; exit status 1 when nothing could be graded."""
    if arguments.workers < 0:
        raise UserError("--workers must be at least 1")
    course = course_here()
    console = Console()
    if console.is_terminal:
        console.print("getting ready …", end="\r")  # the bar's thread must wait until workers are forked
    from attentif.scheduler.startup import quick_imports
    from attentif.scheduler.startup.early_template import EarlyTemplate

    early = EarlyTemplate(course, arguments.atelier).start(rerun=arguments.rerun)  # the imports below take as long

    from attentif.kernels.outside.host import TemplateFailed
    from attentif.kernels.outside.sandbox import SandboxUnavailable
    from attentif.scheduler.class_grading import ClassGrading
    from attentif.scheduler.gradebook_rows import AssignmentChanged
    from attentif.scheduler.pool import forked_workers
    from attentif.scheduler.preflight import CannotGrade
    from attentif.scheduler.startup import worker_modules

    worker_modules.warm_up()
    quick_imports.settle()
    workers = forked_workers(arguments.workers)
    bar = _Bar(console, arguments.atelier)
    grading = ClassGrading(
        course, arguments.atelier, bar, students=arguments.student, workers=workers,
        rerun=arguments.rerun, keep_records=not arguments.no_cache, early=early,
    )  # fmt: skip
    try:
        with bar.progress:
            standings = grading.run()
    except (CannotGrade, AssignmentChanged, SandboxUnavailable, TemplateFailed) as error:
        raise UserError(str(error)) from error
    except KeyboardInterrupt:
        graded = bar.counts["graded"]
        raise UserError(
            f"interrupted: {graded} graded and kept; the same command goes on from there", status=130
        ) from None
    finally:
        workers.close()
    _summary(console, standings)
    tried = [each for each in standings if not each.unchanged]
    return 1 if tried and all(each.ungraded for each in tried) else 0


def _summary(console: Console, standings: list[Any]) -> None:
    unchanged = sum(each.unchanged for each in standings)
    bad = sum(each.ungraded or each.points is None for each in standings)
    console.print(f"{len(standings) - unchanged - bad} graded, {unchanged} unchanged, {bad} not graded")
    who: dict[tuple[str, str], list[str]] = {}
    for standing in sorted(standings, key=lambda each: each.student):
        for flag in standing.flags:
            who.setdefault((flag.kind, flag.detail), []).append(standing.student)
    if not who:
        return
    table = Table(title="Needs a look", title_justify="left")
    for heading in ("why", "detail", "who"):
        table.add_column(heading, overflow="fold")
    for (kind, detail), students in sorted(who.items()):
        more = f" and {len(students) - _SHOWN} more" if len(students) > _SHOWN else ""
        table.add_row(kind, escape(_line(detail)), escape(", ".join(students[:_SHOWN]) + more))
    console.print(table)


def _line(text: str) -> str:
    """Text that may come from a submission, as one line without control characters."""
    return "".join(c if c.isprintable() else " " for c in text)[:300]
