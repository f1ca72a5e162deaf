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
from real_classes import real_table, run_real

from attentif.exercises.course import Course
from attentif.scheduler.pool import usable_cores

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
    """What was found out about one notebook: by number of submissions, stock's row and ours."""

    subject: Subject
    stock: dict[int, Row]
    ours: dict[int, list[Row]]
    first: Cost
    floor: dict[str, float]

    def one_more(self, rows: list[Row]) -> tuple[float, float]:
        """Wall and CPU seconds of one more submission: a small and a large class, the command's start left out."""
        small, large = rows[0], rows[-1]
        more = large.count - small.count
        return (large.cost.wall - small.cost.wall) / more, (large.cost.cpu - small.cost.cpu) / more


def scores(course: Course) -> dict[str, float]:
    """Student → points."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        return {each.student.id: each.score for each in gradebook.assignment_submissions(ATELIER)}


def run(subject: Subject, folder: Path, sizes: list[int], workers: list[int]) -> Result:
    """Measures everything about one notebook; AssertionError if the grades differ."""
    say(f"{subject.name}: making the class")
    ours = make_course(folder / "ours", subject, stock=False)
    stock = make_course(folder / "stock", subject, stock=True)
    attentif = [sys.executable, "-m", "attentif.cli.main", "grade", ATELIER]
    env = environment()
    hand_in(ours, subject, 1)
    say(f"{subject.name}: attentif, first preparation and one submission")
    first = measured(attentif, ours.root, env)
    rows: dict[int, list[Row]] = {}
    stock_rows: dict[int, Row] = {}
    for size in sizes:  # stock's beside ours: should the machine be busier for a while, it is for both
        hand_in(ours, subject, size)
        hand_in(stock, subject, size)
        rows[size] = []
        for number in workers:
            say(f"{subject.name}: attentif, {number} worker(s), {size} submissions")
            cost = measured([*attentif, "--workers", str(number), "--rerun"], ours.root, env)
            rows[size].append(Row(f"attentif, {number} worker{'s' if number > 1 else ''}", cost, size))
        say(f"{subject.name}: stock nbgrader, {size} submissions")
        cost = measured([sys.executable, "-m", "nbgrader", "autograde", ATELIER, "--force"], stock.root, env)
        stock_rows[size] = Row("stock nbgrader", cost, size)
    found = scores(ours)
    assert scores(stock) == found, "stock nbgrader gives other grades"
    assert len(found) == sizes[-1]
    assert set(found.values()) == {0.0, 6.0}
    say(f"{subject.name}: the floor")
    floor = measured([sys.executable, str(Path(__file__).with_name("floor.py")), ATELIER], ours.root, env)
    assert scores(ours) == found, "the floor gives other grades"
    return Result(subject, stock_rows, rows, first, json.loads(floor.output.splitlines()[-1]))


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
    lines = [
        f"## The {result.subject.name} notebook",
        "",
        "| | submissions | s/submission | times faster | CPU s/submission | times less CPU | peak memory, MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for size, stock in result.stock.items():
        for row in (stock, *result.ours[size]):
            lines.append(
                f"| {row.name} | {size} | {row.seconds:.2f} | {stock.seconds / row.seconds:.1f} | {number(row.cpu)} | "
                f"{number(stock.cpu / row.cpu)} | {row.cost.memory / MB:.0f} |"
            )
    lines += [
        f"| floor: cells and checks only | | {result.floor['bare']:.3f} | | {result.floor['bare_cpu']:.3f} | | |",
        f"| floor: the same, in nbgrader's autograde | | {result.floor['nbgrader']:.3f} | "
        f"| {result.floor['nbgrader_cpu']:.3f} | | |",
        "",
    ]
    return [*lines, *_remarks(result), *_targets(result), ""]


def _remarks(result: Result) -> list[str]:
    stock_wall, stock_cpu = result.one_more(list(result.stock.values()))
    lines = [f"- stock nbgrader, one more submission: {stock_wall:.2f} s, {number(stock_cpu)} CPU s."]
    largest = list(result.ours.values())[-1]
    for index, row in enumerate(largest):
        wall, cpu = result.one_more([rows[index] for rows in result.ours.values()])
        lines.append(
            f"- {row.name}, one more submission: {wall:.2f} s, {number(cpu)} CPU s; {stock_wall / wall:.1f} times "
            f"faster than stock's, with {number(stock_cpu / cpu)} times less CPU."
        )
    lines.append(
        f"- Once for each assignment (running the solved notebook to see what it imports), with one submission: "
        f"{result.first.wall:.1f} s."
    )
    if len(largest) > 1:
        one, last = largest[0], largest[-1]
        added = (last.cost.memory - one.cost.memory) / (int(last.name.split()[1]) - 1)
        lines.append(f"- A further worker, with its submission: {added / MB:.0f} MB.")
    return lines


def _targets(result: Result) -> list[str]:
    """Each target, and for each class whether it was met."""
    lines = []
    for index, target in zip((0, -1), TARGETS[result.subject.name], strict=True):
        found = [
            f"{size} submissions: {_met(stock.seconds / result.ours[size][index].seconds, target)}"
            for size, stock in result.stock.items()
        ]
        name = list(result.ours.values())[-1][index].name
        lines.append(f"- Target, {name}, at least {target}×: {'; '.join(found)}.")
    wall, _ = result.one_more([rows[0] for rows in result.ours.values()])
    for name, floor in (("nbgrader's autograde without isolation", "nbgrader"), ("cells and checks only", "bare")):
        ratio = wall / result.floor[floor]
        lines.append(f"- Target, 1 worker's one more submission, at most 3× {name}: {_met(-ratio, -3)}.")
    return lines


def _met(value: float, target: float) -> str:
    return f"{'met' if value >= target else 'NOT met'} ({abs(value):.1f}×)"


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

Written by `make bench`. A class is graded by stock `nbgrader autograde` and by `attentif grade` (sandbox on; public and
hidden checks outside the kernel), in one run; the grades are compared and must be equal. First, classes of real
hand-ins of whole ateliers, as many of each kind (solved, half-written, as it was released, every exercise with a
listed mistake): stock nbgrader runs the same notebooks, their public checks in the kernel, and what passes there must
be what passes here. Then two small notebooks of one exercise, with hand-written asserts for stock nbgrader. Times
include the start of the command; CPU seconds are those of every process; memory is the largest sum of proportional
shares (PSS). "One more submission" is what the large class takes more than the small one, for each submission more:
the command's start is left out on both sides. Before the measurements a submission burns a known CPU time in its
kernel, which the CPU clock must show. On a machine that does other things meanwhile, CPU seconds say more than wall
time, but they grow too: read ratios.
"""


def main() -> None:
    """Measures, prints, writes docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--counts", type=int, nargs="+", default=[24, 100], help="submissions in a small class and in a large one"
    )
    parser.add_argument("--subject", choices=SUBJECTS, nargs="*", help="only these small notebooks")
    parser.add_argument("--atelier", nargs="*", default=["atelier1", "atelier3"], help="whose real hand-ins are graded")
    parser.add_argument("--rounds", type=int, default=1, help="real hand-ins of each kind: solved, half-written, …")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks.md")
    options = parser.parse_args()
    cores = usable_cores()
    lines = [HEAD]
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        prove_the_clock(Path(scratch, "clock"))
        for atelier in options.atelier:
            say(f"{atelier}: real hand-ins")
            real = run_real(atelier, Path(scratch, atelier), options.rounds, sorted({1, cores}))
            lines += real_table(real)
            print("\n".join(real_table(real)), flush=True)
        for name in SUBJECTS if options.subject is None else options.subject:
            result = run(SUBJECTS[name], Path(scratch, name), sorted(options.counts), sorted({1, cores}))
            lines += table(result)
            print("\n".join(table(result)), flush=True)
    lines += machine()
    options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(lines[-1])


if __name__ == "__main__":
    main()
