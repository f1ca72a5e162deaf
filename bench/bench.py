"""``make bench``: the same class graded by stock nbgrader and by attentif, in one run, with equal grades."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path

import nbformat
from classes import ATELIER, ROOT, SUBJECTS, Subject, environment, hand_in, make_course
from measure import Cost, measured
from nbgrader.api import Gradebook

from attentif.checks.course import Course
from attentif.grading.scheduler_pool import usable_cores

PACKAGES = ("attentif", "nbgrader", "nbclient", "ipykernel", "torch", "transformers", "pytest")
MB = 1_000_000
TARGETS = {"torch": (10, 18), "transformers": (14, 25)}  # times faster than stock: one worker, all cores


@dataclass(frozen=True)
class Row:
    """One way of grading: what it cost, and for how many submissions."""

    name: str
    cost: Cost
    count: int

    @property
    def seconds(self) -> float:
        """Wall seconds a submission, the command's start included."""
        return self.cost.wall / self.count

    @property
    def cpu(self) -> float:
        """CPU seconds a submission."""
        return self.cost.cpu / self.count


@dataclass(frozen=True)
class Result:
    """What was found out about one notebook."""

    subject: Subject
    stock: Row
    stock_marginal: tuple[float, float]
    first: Cost
    ours: list[Row]
    marginal: list[tuple[float, float]]  # wall and CPU seconds of one more submission
    floor: dict[str, float]


def scores(course: Course) -> dict[str, float]:
    """Student → points."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        return {each.student.id: each.score for each in gradebook.assignment_submissions(ATELIER)}


def run(subject: Subject, folder: Path, count: int, stock_count: int, workers: list[int]) -> Result:
    """Measures everything about one notebook; AssertionError if the grades differ."""
    say(f"{subject.name}: making the class")
    ours = make_course(folder / "ours", subject, stock=False)
    stock = make_course(folder / "stock", subject, stock=True)
    hand_in(stock, subject, 1)
    attentif = [sys.executable, "-m", "attentif.cli.main", "grade", ATELIER]
    env = environment()
    hand_in(ours, subject, 1)
    say(f"{subject.name}: attentif, first preparation and one submission")
    first = measured(attentif, ours.root, env)
    hand_in(ours, subject, count)
    rows, marginal = [], []
    for number in workers:
        say(f"{subject.name}: attentif, {number} worker(s), {count} submissions")
        one = measured([*attentif, "--workers", str(number), "--rerun", "--student", "student0000"], ours.root, env)
        cost = measured([*attentif, "--workers", str(number), "--rerun"], ours.root, env)
        rows.append(Row(f"attentif, {number} worker{'s' if number > 1 else ''}", cost, count))
        marginal.append(((cost.wall - one.wall) / (count - 1), (cost.cpu - one.cpu) / (count - 1)))
    found = scores(ours)
    say(f"{subject.name}: the floor")
    floor = measured([sys.executable, str(Path(__file__).with_name("floor.py")), ATELIER], ours.root, env)
    assert scores(ours) == found, "the floor gives other grades"
    say(f"{subject.name}: stock nbgrader, {stock_count} submissions")
    command = [sys.executable, "-m", "nbgrader", "autograde", ATELIER]
    one = measured([*command, "--force"], stock.root, env)
    hand_in(stock, subject, stock_count)
    command.append("--force")
    stock_row = Row("stock nbgrader", measured(command, stock.root, env), stock_count)
    wall, cpu = stock_row.cost.wall - one.wall, stock_row.cost.cpu - one.cpu
    stock_marginal = (wall / (stock_count - 1), cpu / (stock_count - 1))
    expected = scores(stock)
    assert len(expected) == stock_count
    assert {student: found[student] for student in expected} == expected, "stock nbgrader gives other grades"
    assert len(found) == count
    assert set(found.values()) == {0.0, 6.0}
    return Result(subject, stock_row, stock_marginal, first, rows, marginal, json.loads(floor.output.splitlines()[-1]))


BURNT = 3.0  # CPU seconds


def prove_the_clock(folder: Path) -> None:
    """A submission burns a known CPU time inside its kernel: both ways of grading must show it, or no CPU time here
    may be believed. AssertionError otherwise."""
    env, subject = environment(), SUBJECTS["torch"]
    for name, command in (
        ("ours", ["attentif.cli.main", "grade", ATELIER, "--workers", "1", "--rerun"]),
        ("stock", ["nbgrader", "autograde", ATELIER, "--force"]),
    ):
        course = make_course(folder / name, subject, stock=name == "stock")
        hand_in(course, subject, 1)
        full = [sys.executable, "-m", *command]
        measured(full, course.root, env)  # what is done once is done
        plain = measured(full, course.root, env).cpu
        path = course.root / "submitted" / "student0000" / ATELIER / f"{subject.name}.ipynb"
        burn = f"import time\nt = time.process_time()\nwhile time.process_time() - t < {BURNT}: pass"
        notebook = nbformat.read(path, 4)
        notebook.cells[-1].source = burn
        nbformat.write(notebook, path)
        seen = measured(full, course.root, env).cpu - plain
        say(f"the CPU clock, {name}: {seen:.2f} s seen of {BURNT:.0f} s burnt in a kernel")
        assert math.isnan(seen) or abs(seen - BURNT) < 0.4 * BURNT, f"CPU times of {name} are not to be believed"


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def number(value: float) -> str:
    """Two or three figures; a dash for what was not measured."""
    return "–" if math.isnan(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def table(result: Result) -> list[str]:
    """Markdown lines."""
    stock, floor = result.stock, result.floor
    lines = [
        f"## The {result.subject.name} notebook",
        "",
        "| | submissions | s/submission | times faster | CPU s/submission | times less CPU | peak memory, MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in (stock, *result.ours):
        lines.append(
            f"| {row.name} | {row.count} | {row.seconds:.2f} | {stock.seconds / row.seconds:.1f} | {number(row.cpu)} | "
            f"{number(stock.cpu / row.cpu)} | {row.cost.memory / MB:.0f} |"
        )
    lines += [
        f"| floor: cells and checks only | | {floor['bare']:.3f} | | {floor['bare_cpu']:.3f} | | |",
        f"| floor: the same, in nbgrader's autograde | | {floor['nbgrader']:.3f} | | {floor['nbgrader_cpu']:.3f} | | |",
        "",
    ]
    one, marginal = result.ours[0], result.marginal[0][0]
    lines.append(
        f"- stock nbgrader, one more submission: {result.stock_marginal[0]:.2f} s, "
        f"{number(result.stock_marginal[1])} CPU s."
    )
    for row, (wall, cpu) in zip(result.ours, result.marginal, strict=True):
        lines.append(
            f"- {row.name}, one more submission: {wall:.2f} s, {number(cpu)} CPU s; "
            f"{result.stock_marginal[0] / wall:.1f} times faster than stock's, "
            f"with {number(result.stock_marginal[1] / cpu)} times less CPU."
        )
    lines += [
        f"- One worker over the floor inside nbgrader: {one.seconds / floor['nbgrader']:.1f} with the command's start, "
        f"{marginal / floor['nbgrader']:.1f} without; over the bare floor: {marginal / floor['bare']:.1f}.",
        f"- Once for each assignment (running the solved notebook to see what it imports), with one submission: "
        f"{result.first.wall:.1f} s.",
    ]
    if len(result.ours) > 1:
        last, workers = result.ours[-1], int(result.ours[-1].name.split()[1])
        added = (last.cost.memory - one.cost.memory) / (workers - 1)
        lines.append(f"- A further worker, with its submission: {added / MB:.0f} MB.")
    wanted = TARGETS[result.subject.name]
    for row, target in zip((result.ours[0], result.ours[-1]), wanted, strict=True):
        ratio = stock.seconds / row.seconds
        lines.append(f"- Target, {row.name}: {target}×; {'met' if ratio >= target else 'NOT met'} ({ratio:.1f}×).")
    over = one.seconds / floor["bare"]
    lines.append(f"- Target over the bare floor, at most 3×: {'met' if over <= 3 else 'NOT met'} ({over:.1f}×).")
    return [*lines, ""]


def machine() -> list[str]:
    """What was measured on, without names."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return [
        f"Measured on {date.today().isoformat()}: {usable_cores()} cores ({model}), {memory:.0f} GB, "
        f"Linux {platform.release().split('-')[0]}, Python {platform.python_version()}, {versions}. "
        f"Load average before the run: {LOAD[0]:.1f}, after: {os.getloadavg()[0]:.1f}.",
    ]


LOAD = os.getloadavg()
HEAD = """\
# How fast

Written by `make bench`. A class is graded by stock `nbgrader autograde` (hand-written asserts) and by
`attentif grade` (sandbox on; public and hidden checks outside the kernel), in one run; the grades are compared and
must be equal. Times include the start of the command; CPU seconds are those of every process; memory is the largest
sum of proportional shares (PSS). "One more submission" leaves out the command's start on both sides. Before the
measurements a submission burns a known CPU time in its kernel, which the CPU clock must show. On a machine that
does other things meanwhile, CPU seconds say more than wall time.
"""


def main() -> None:
    """Measures, prints, writes docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=24, help="submissions graded by attentif")
    parser.add_argument("--stock-count", type=int, default=24, help="submissions graded by stock nbgrader")
    parser.add_argument("--subject", choices=SUBJECTS, action="append", help="only this notebook; may be repeated")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks.md")
    options = parser.parse_args()
    cores = usable_cores()
    lines = [HEAD]
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        prove_the_clock(Path(scratch, "clock"))
        for name in options.subject or SUBJECTS:
            result = run(SUBJECTS[name], Path(scratch, name), options.count, options.stock_count, sorted({1, cores}))
            lines += table(result)
            print("\n".join(table(result)), flush=True)
    lines += machine()
    options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(lines[-1])


if __name__ == "__main__":
    main()
