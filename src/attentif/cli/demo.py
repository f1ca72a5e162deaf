"""``attentif demo``: a class from release to export, by nbgrader and `attentif grade`, in a folder of its own."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from attentif.authoring.sample_class import Pupil, hand_in, load_class
from attentif.cli.errors import UserError, course_here
from attentif.exercises.course import Course
from attentif.grading.results import diagnoses_of, exported_scores
from attentif.kernels.outside.host import TemplateFailed
from attentif.kernels.outside.sandbox import SandboxUnavailable
from attentif.scheduler.class_grading import ClassGrading, Standing
from attentif.scheduler.preflight import CannotGrade

ATELIER = "atelier3"
SAMPLES = "sample_class.py"
_LOG_WIDTH = 150  # columns where there is no terminal: a log is read unwrapped
COPIED = ("nbgrader_config.py", "pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT.md")


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    text = (
        "make a class of sample students, release, hand in, grade (as attentif grade), explain and export, in demo/; "
        "exit status 1 if any grade or diagnosis is not the expected one"
    )
    parser = commands.add_parser("demo", help="a class graded end to end, in front of you", description=text)
    parser.add_argument("--atelier", default=ATELIER, help=f"an atelier that has a sample class (default: {ATELIER})")
    parser.add_argument("--folder", type=Path, default=Path("demo"), help="where to work, emptied first (demo/)")
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class Row:
    """What the table says about one student."""

    sample: Pupil
    points: float | None
    diagnosed: tuple[tuple[str, str], ...]
    feedback: str

    @property
    def ok(self) -> bool:
        """Whether points and diagnoses are the expected ones."""
        return (
            self.points is not None
            and abs(self.points - self.sample.points) < 0.01
            and set(self.diagnosed) == set(self.sample.diagnosed)
        )


def run(arguments: argparse.Namespace) -> int:
    """Runs the demonstration."""
    console = Console() if sys.stdout.isatty() else Console(width=_LOG_WIDTH)
    started = monotonic()
    atelier = arguments.atelier
    whole = course_here()
    if not (whole.hidden_checks(atelier) / SAMPLES).is_file():
        there = ", ".join(name for name in whole.ateliers() if (whole.hidden_checks(name) / SAMPLES).is_file())
        raise UserError(f"{atelier} has no sample class; there are: {there or 'none'}")
    course = prepare(whole, arguments.folder, atelier)
    samples = load_class(course.hidden_checks(atelier) / SAMPLES).pupils
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console,
    ) as progress:  # fmt: skip
        _step(progress, course, "releasing the notebooks", ["generate_assignment", atelier], 0, "Converting notebook")
        for sample in progress.track(samples, description="handing in"):
            hand_in(course, atelier, sample)
        _grade(progress, course, atelier)
        count = sum(len(list(p.glob("*.ipynb"))) for p in (course.root / "autograded").glob(f"*/{atelier}"))
        _step(progress, course, "writing feedback", ["generate_feedback", atelier], count, "Converting notebook")
        _step(progress, course, "exporting grades.csv", ["export"], 0, "")
    rows = list(_rows(course, atelier, samples))
    console.print(_table(rows))
    console.print(f"grades: {_shown(course.root / 'grades.csv')} · {monotonic() - started:.0f} s in all")
    wrong = [row.sample.student for row in rows if not row.ok]
    if wrong:
        console.print(f"[red]not as expected: {', '.join(wrong)}[/]")
        return 1
    console.print(f"{len(rows)} students, every grade and every diagnosis as expected")
    return 0


def prepare(course: Course, folder: Path, atelier: str = ATELIER) -> Course:
    """A small course in ``folder``: the sample class's notebooks, with their checks and oracles. Raises UserError
    rather than empty a folder that an earlier demonstration did not make."""
    marker = folder / ".attentif-demo"
    if folder.exists():
        if not marker.is_file() and any(folder.iterdir()):
            raise UserError(f"{folder}/ exists and is not an earlier demonstration's: choose another --folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    marker.touch()
    for name in COPIED:
        shutil.copy(course.root / name, folder / name)
    (folder / "src").symlink_to(course.root / "src", target_is_directory=True)
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(course.hidden_checks(atelier), folder / "grader_tests" / atelier, ignore=skip)
    source = folder / "source" / atelier
    shutil.copytree(course.public_checks(atelier), source / "checks", ignore=skip)
    for name in load_class(course.hidden_checks(atelier) / SAMPLES).notebooks:
        shutil.copy(course.source(atelier) / f"{name}.ipynb", source / f"{name}.ipynb")
    return Course(folder.resolve())


class _Steps:
    """Moves a bar at each submission that is done."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task("grading", total=None)

    def total(self, submissions: int) -> None:
        """The length of the bar."""
        self.progress.update(self.task, total=submissions)

    def standing(self, standing: Standing) -> None:
        """One step."""
        self.progress.advance(self.task)

    def message(self, text: str) -> None:
        """A line above the bar."""
        self.progress.console.print(text, markup=False, highlight=False)


def _grade(progress: Progress, course: Course, atelier: str) -> None:
    """What `attentif grade` does, on all cores."""
    try:
        ClassGrading(course, atelier, _Steps(progress)).run()
    except (CannotGrade, SandboxUnavailable, TemplateFailed) as error:
        raise UserError(str(error)) from error


def _step(progress: Progress, course: Course, description: str, command: list[str], total: int, counted: str) -> None:
    """Runs an nbgrader command and moves the bar at each log line that contains ``counted``."""
    task = progress.add_task(description, total=total or 1)
    log = course.root / f"{command[0]}.log"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with log.open("w", encoding="utf-8") as kept:
        process = subprocess.Popen(
            [sys.executable, "-m", "nbgrader", *command],
            cwd=course.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            kept.write(line)
            if total and counted in line:
                progress.advance(task)
    if process.wait():
        raise UserError(f"nbgrader {' '.join(command)} failed; its log is {_shown(log)}")
    progress.update(task, completed=total or 1)


def _rows(course: Course, atelier: str, samples: list[Pupil]) -> Iterable[Row]:
    scores = exported_scores(course.root / "grades.csv", atelier)
    for sample in samples:
        feedback = course.root / "feedback" / sample.student / atelier
        yield Row(sample, scores.get(sample.student), diagnoses_of(course, atelier, sample.student), _shown(feedback))


def _table(rows: list[Row]) -> Table:
    table = Table(title="A class, graded", title_justify="left", show_lines=False)
    for heading in ("", "student", "story", "expected", "obtained", "diagnosed", "feedback"):
        table.add_column(heading, justify="right" if heading in ("expected", "obtained") else "left", overflow="fold")
    for row in rows:
        obtained = "–" if row.points is None else f"{row.points:g}"
        names = "\n".join(f"{exercise}: {name}" for exercise, name in row.diagnosed) or "–"
        mark = "[green]✓[/]" if row.ok else "[red]✗[/]"
        table.add_row(
            mark, row.sample.student, row.sample.story, f"{row.sample.points:g}", obtained, names, row.feedback
        )
    return table


def _shown(path: Path) -> str:
    return os.path.relpath(path)
