"""``make bench-thousand``: a thousand submissions in one run. Is the last hundred graded as fast as the first, is
memory flat, is none lost? Prints one line for each hundred; AssertionError if a grade is wrong or missing."""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path

import psutil
from classes import ATELIER, SUBJECTS, environment, hand_in, make_course
from measure import pss

from attentif.checks.course import Course
from attentif.grading.scheduler import ClassGrading, Verdict

HUNDRED = 100
EXPECTED = (6.0, 0.0, 6.0, 0.0)  # points of the four kinds of submissions, in turn
MB = 1_000_000


class Watcher:
    """Notes when each verdict came, and the memory of the run's processes beside it."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.memory: dict[int, list[int]] = {}
        self.ended = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def total(self, submissions: int) -> None:
        """The clock starts when the class is known."""
        self.times.append(time.monotonic())

    def verdict(self, verdict: Verdict) -> None:
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


def main() -> None:
    """Makes the class, grades it, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=0, help="default: one for each core")
    options = parser.parse_args()
    os.environ.update(environment())
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        course = make_course(Path(scratch, "course"), SUBJECTS["torch"], stock=False)
        hand_in(course, SUBJECTS["torch"], options.count)
        verdicts, watcher = grade(course, options.workers)
    points = {verdict.student: verdict.points for verdict in verdicts}
    assert points == {f"student{n:04d}": EXPECTED[n % 4] for n in range(options.count)}, "a grade is wrong or missing"
    for first in range(0, options.count, HUNDRED):
        last = min(first + HUNDRED, options.count)
        rate = (last - first) / (watcher.times[last] - watcher.times[first])
        memory = max(watcher.memory.get(first // HUNDRED, [0])) / MB
        print(f"{first + 1:5d} to {last:5d}: {rate:5.2f} submissions a second, at most {memory:4.0f} MB")
    print(f"{len(points)} submissions, each with the expected grade; {watcher.times[-1] - watcher.times[0]:.0f} s")


def grade(course: Course, workers: int) -> tuple[list[Verdict], Watcher]:
    """Every verdict, and what was seen meanwhile."""
    watcher = Watcher()
    verdicts = ClassGrading(course, ATELIER, watcher, workers=workers).run()
    watcher.ended.set()
    return verdicts, watcher


if __name__ == "__main__":
    main()
