"""``make bench-thousand``: a thousand submissions in one run. Is the last hundred graded as fast as the first, is
memory flat, is none lost? Prints one line for each hundred; AssertionError if a grade is wrong or missing.

With ``--class sample`` they are copies of the demonstration's class: three notebooks of atelier 3 each, some of them
with endless loops, thieves and liars. A call may then take 2 s instead of 10, or waiting would be most of the time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
from classes import ATELIER, ROOT, SUBJECTS, environment, hand_in, make_course
from measure import pss

from attentif.authoring import sample_class
from attentif.cli import demo
from attentif.exercises.course import Course
from attentif.scheduler.class_grading import ClassGrading, Standing
from attentif.scheduler.pool import local_workers

HUNDRED = 100
EXPECTED = (6.0, 0.0, 6.0, 0.0)  # points of the four kinds of submissions, in turn
MB = 1_000_000


class Watcher:
    """Notes when each submission was done, and the memory of the run's processes beside it."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.memory: dict[int, list[int]] = {}
        self.ended = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def total(self, submissions: int) -> None:
        """The clock starts when the class is known."""
        self.times.append(time.monotonic())

    def standing(self, standing: Standing) -> None:
        """One more is graded."""
        self.times.append(time.monotonic())

    def message(self, text: str) -> None:
        """Printed."""
        print(text)

    def _look(self) -> None:
        while not self.ended.wait(2.0):
            hundred = max(0, len(self.times) - 2) // HUNDRED
            tree = [psutil.Process(), *psutil.Process().children(recursive=True)]
            self.memory.setdefault(hundred, []).append(sum(pss(process.pid) for process in tree))


def bench_class(folder: Path, count: int) -> tuple[Course, str, dict[str, float]]:
    """Copies of the torch benchmark's four submissions: course, assignment, points expected."""
    course = make_course(folder, SUBJECTS["torch"], stock=False)
    hand_in(course, SUBJECTS["torch"], count)
    return course, ATELIER, {f"student{n:04d}": EXPECTED[n % 4] for n in range(count)}


def demonstration_class(folder: Path, count: int) -> tuple[Course, str, dict[str, float]]:
    """Copies of the demonstration's class, in turn."""
    course = demo.prepare(Course(ROOT), folder)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("c.Grade.checks_timeout, c.Grade.checks_budget = 2.0, 4.0\n")
    release = [sys.executable, "-m", "nbgrader", "generate_assignment", demo.ATELIER]
    subprocess.run(release, cwd=course.root, check=True, capture_output=True)
    samples = sample_class.load_class(course.root / "grader_tests" / demo.ATELIER / demo.SAMPLES).pupils
    expected: dict[str, float] = {}
    for number in range(count):
        sample = samples[number % len(samples)]
        student = f"{number:04d}-{sample.student}"
        expected[student] = sample.points
        if number < len(samples):
            sample_class.hand_in(course, demo.ATELIER, replace(sample, student=student))
        else:
            original = f"{number % len(samples):04d}-{sample.student}"
            shutil.copytree(course.root / "submitted" / original, course.root / "submitted" / student)
    return course, demo.ATELIER, expected


CLASSES = {"bench": bench_class, "sample": demonstration_class}


def main() -> None:
    """Makes the class, grades it, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=0, help="default: one for each core")
    parser.add_argument("--class", dest="kind", choices=CLASSES, default="bench", help="whose copies (default: bench)")
    options = parser.parse_args()
    os.environ.update(environment())
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        course, atelier, expected = CLASSES[options.kind](Path(scratch, "course"), options.count)
        standings, watcher = grade(course, atelier, options.workers)
    points = {standing.student: standing.points for standing in standings}
    wrong = {name for name in points.keys() | expected.keys() if points.get(name) != expected.get(name)}
    assert not wrong, f"a grade is wrong or missing: {sorted(wrong)[:20]}"
    for first in range(0, options.count, HUNDRED):
        last = min(first + HUNDRED, options.count)
        rate = (last - first) / (watcher.times[last] - watcher.times[first])
        memory = max(watcher.memory.get(first // HUNDRED, [0])) / MB
        print(f"{first + 1:5d} to {last:5d}: {rate:5.2f} submissions a second, at most {memory:4.0f} MB")
    print(f"{len(points)} submissions, each with the expected grade; {watcher.times[-1] - watcher.times[0]:.0f} s")


def grade(course: Course, atelier: str, workers: int) -> tuple[list[Standing], Watcher]:
    """The standing of every submission, and what was seen meanwhile."""
    watcher = Watcher()
    standings = ClassGrading(course, atelier, watcher, workers=local_workers(workers)).run()
    watcher.ended.set()
    return standings, watcher


if __name__ == "__main__":
    main()
