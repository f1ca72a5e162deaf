"""The same class of real hand-ins graded by stock nbgrader, by `attentif grade`, and by nobody who protects anything.

Stock nbgrader runs the released notebooks with their public checks in the kernel, which is less work than ours: no
hidden checks. Of the grades what can be equal is compared: for each exercise, whether all its public checks passed.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from classes import environment
from hand_ins import KINDS, hand_in_kind, make_real_course
from measure import Cost, measured
from nbgrader.api import Gradebook

from attentif.exercises.course import Course
from attentif.reports.results_file import SUFFIX, NotebookResults

_HIDDEN = re.compile(r"\n?### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)
_ATTENTIF = [sys.executable, "-m", "attentif.cli.main", "grade"]
_STOCK = [sys.executable, "-m", "nbgrader", "autograde"]


@dataclass(frozen=True)
class RealResult:
    """What one atelier's class cost: ``count`` hand-ins by stock, by ours with each number of workers; ours with twice
    as many; the floors' seconds a hand-in."""

    atelier: str
    count: int
    stock: Cost
    ours: dict[int, Cost]
    twice: dict[int, Cost]
    floor: dict[str, float]


def run_real(atelier: str, folder: Path, rounds: int, workers: list[int]) -> RealResult:
    """``rounds`` hand-ins of each kind. AssertionError if stock and ours do not agree on what passed."""
    env, count = environment(), rounds * len(KINDS)
    ours = make_real_course(folder / "ours", atelier)
    stock = _make_stock(folder / "stock", ours, atelier)
    for course in (ours, stock):
        _hand_in(course, atelier, 0, rounds)
    measured([*_ATTENTIF, atelier], ours.root, env)  # what is done once for an assignment is done
    costs, twice = {}, {}
    for number in workers:
        costs[number] = measured([*_ATTENTIF, atelier, "--rerun", "--workers", str(number)], ours.root, env)
    stock_cost = measured([*_STOCK, atelier, "--force"], stock.root, env)
    assert _passed_in_ours(ours, atelier) == _passed_in_stock(stock, atelier), "stock nbgrader gives other grades"
    before = _scores(ours, atelier)
    floor = measured([sys.executable, str(Path(__file__).with_name("floor.py")), atelier], ours.root, env)
    assert _scores(ours, atelier) == before, "the floor gives other grades"
    _hand_in(ours, atelier, rounds, 2 * rounds)
    for number in workers:
        twice[number] = measured([*_ATTENTIF, atelier, "--rerun", "--workers", str(number)], ours.root, env)
    return RealResult(atelier, count, stock_cost, costs, twice, json.loads(floor.output.splitlines()[-1]))


def _make_stock(folder: Path, ours: Course, atelier: str) -> Course:
    """The same notebooks and public checks, with nbgrader's own configuration and no hidden checks."""
    folder.mkdir(parents=True)
    shutil.copytree(ours.source(atelier), folder / "source" / atelier)
    shutil.copytree(ours.root / "grader_tests", folder / "grader_tests")  # for the answers; nothing there runs
    (folder / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "bench"\n')
    for path in (folder / "source" / atelier).glob("*.ipynb"):
        notebook = nbformat.read(path, 4)
        for cell in notebook.cells:
            cell.source = _HIDDEN.sub("", cell.source)
        nbformat.write(notebook, path)
    course = Course(folder.resolve())
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", atelier]
    subprocess.run(command, cwd=course.root, env=environment(), check=True, capture_output=True)
    return course


def _hand_in(course: Course, atelier: str, first: int, last: int) -> None:
    for number in range(first, last):
        for kind in KINDS:
            hand_in_kind(course, atelier, kind, f"{kind}{number:03d}")


def _scores(course: Course, atelier: str) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        return {each.student.id: each.score for each in gradebook.assignment_submissions(atelier)}


def _passed_in_stock(course: Course, atelier: str) -> set[tuple[str, str]]:
    """(student, exercise) of the check cells that have their points."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        return {
            (submission.student.id, grade.name)
            for submission in gradebook.assignment_submissions(atelier)
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.auto_score
        }


def _passed_in_ours(course: Course, atelier: str) -> set[tuple[str, str]]:
    """(student, exercise) where all public checks passed."""
    found = set()
    for path in (course.root / "autograded").glob(f"*/{atelier}/*{SUFFIX}"):
        results = NotebookResults.from_json(path.read_text(encoding="utf-8"))
        for graded in results.exercises:
            public = [r for r in graded.report.results if not r.hidden]
            if public and all(r.verdict.value == "passed" for r in public):
                found.add((results.student, graded.report.exercise))
    return found


def real_table(result: RealResult) -> list[str]:
    """Markdown lines: seconds a hand-in, and how they compare with stock's and with the floor's."""
    count, floor = result.count, result.floor["nbgrader_cpu"]
    stock_wall, stock_cpu = result.stock.wall / count, result.stock.cpu / count
    lines = [
        f"## {result.atelier.replace('atelier', 'Atelier ')}: {count} real hand-ins ({', '.join(KINDS)})",
        "",
        "| | s/hand-in | times faster | CPU s/hand-in | times less CPU | times the floor's CPU |",
        "|---|---:|---:|---:|---:|---:|",
        _row("stock nbgrader", stock_wall, stock_cpu, stock_wall, stock_cpu, floor),
    ]
    for number, cost in result.ours.items():
        more = result.twice[number]
        name = f"attentif, {number} worker{'s' if number > 1 else ''}"
        lines.append(_row(name, cost.wall / count, cost.cpu / count, stock_wall, stock_cpu, floor))
        one_more = (more.wall - cost.wall) / count, (more.cpu - cost.cpu) / count
        lines.append(_row(f"{name}, one more hand-in", *one_more, stock_wall, stock_cpu, floor))
    found = result.floor
    lines.append(_row("floor: in nbgrader's autograde", found["nbgrader"], floor, stock_wall, stock_cpu, floor))
    lines.append(_row("floor: cells and checks only", found["bare"], found["bare_cpu"], stock_wall, stock_cpu, floor))
    return [*lines, ""]


def _row(name: str, wall: float, cpu: float, stock_wall: float, stock_cpu: float, floor: float) -> str:
    ratios = f"{stock_wall / wall:.1f} | {cpu:.2f} | {stock_cpu / cpu:.1f} | {cpu / floor:.2f}"
    return f"| {name} | {wall:.2f} | {ratios} |"
