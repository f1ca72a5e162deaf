"""``make profile``: where the time of a real hand-in goes, in CPU seconds of the grader and of what it starts.

The hand-in is graded in this process, by the code that `attentif grade` gives its workers, after another one has warmed
what is warm in a class. Each moment counts for the innermost part that it was spent in. CPU seconds of others are those
of kernels and forks while the grader was in that part: a process killed ends when the system finds the time.
"""

from __future__ import annotations

import argparse
import functools
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, process_time
from typing import Any

from classes import environment
from hand_ins import KINDS, hand_in_kind, make_real_course
from measure import open_clock, read_clock

from attentif.checks import cases
from attentif.exercises.course import Course
from attentif.grading import preprocessor
from attentif.references import oracles, stored
from attentif.remote.outside import connections, listener, student
from attentif.scheduler import class_grading
from attentif.scheduler.class_grading import ClassGrading, Standing

OTHER = "nbgrader: reading, restoring, gradebook, writing"


@dataclass
class Ledger:
    """Seconds by part: by the clock on the wall, CPU of this process, CPU of those that it has started."""

    clock: int
    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0, 0.0]))
    count: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    _parts: list[str] = field(default_factory=lambda: [OTHER])
    _since: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def begin(self) -> None:
        """From now on it counts."""
        self.spent.clear()
        self.count.clear()
        self.asked.clear()
        self._since = self._now()

    def charge(self) -> None:
        """What has passed since the last time goes to the part under way."""
        now = self._now()
        for index, (before, after) in enumerate(zip(self._since, now, strict=True)):
            self.spent[self._parts[-1]][index] += after - before
        self._since = now

    def _now(self) -> tuple[float, float, float]:
        own = process_time()
        return monotonic(), own, read_clock(self.clock) - own

    def part(self, name: str, owner: Any, *attributes: str) -> None:
        """What the attributes of ``owner`` do counts as ``name``."""
        for attribute in attributes:
            setattr(owner, attribute, self._counted(name, getattr(owner, attribute)))

    def _counted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.charge()
            self._parts.append(name)
            self.count[name] += 1
            try:
                return function(*args, **kwargs)
            finally:
                self.charge()
                self._parts.pop()

        return counted


def watch(ledger: Ledger) -> None:
    """The parts of grading."""
    ledger.part("pytest, comparing, properties", preprocessor, "grade_exercises")
    ledger.part("questions: the kernel's side, and waiting", connections.SocketConnection, "ask")
    ledger.part("questions: the kernel's side, and waiting", student._Batch, "reply")
    ledger.part("questions: encoding and decoding here", student.Student, "_encoded", "_read")
    ledger.part("forks for checks", listener.SnapshotListener, "_fork")
    ledger.part("forks for checks", connections.SocketConnection, "kill")
    known = "right answers and those of mistakes"
    ledger.part(known, oracles.OracleReference, "expected", "expected_gradients", "submodules")
    ledger.part(known, oracles, "evaluate")
    ledger.part(known, stored, "load")
    ledger.part(known, stored.StoredReference, "expected", "expected_gradients")
    ledger.part("diagnosis", cases, "name_mistake", "explain_two_answers", "explain_property", "right_to_single")
    ledger.part("a kernel's start", preprocessor.Grade, "start_new_kernel")
    ledger.part("cells: the kernel, and waiting", preprocessor.Grade, "preprocess_cell")
    ledger.part("frozen copies at check cells", preprocessor.Grade, "_take_snapshot")
    ledger.part("reports", preprocessor.outputs, "report_outputs")
    ledger.part("writing grades and folders", class_grading.ClassGrading, "_write")
    encoded = student.Student._encoded

    def counted(self: Any, asked: student.Question) -> bytes:
        ledger.asked[asked["do"] if asked["do"] != "probe" else f"probe {asked['name']}"] += 1
        return encoded(self, asked)

    student.Student._encoded = counted  # type: ignore[method-assign]


@dataclass
class Here:
    """Workers that are this very process."""

    count: int = 1
    _waiting: list[tuple[Hashable, Callable[[], Any]]] = field(default_factory=list)

    def submit(self, name: Hashable, function: Callable[..., Any], *arguments: Any) -> None:
        """As in Workers."""
        self._waiting.append((name, functools.partial(function, *arguments)))

    def finished(self) -> Iterator[tuple[Any, Any]]:
        """As in Workers: each is done when it is asked for."""
        while self._waiting:
            name, work = self._waiting.pop(0)
            yield name, work()

    def replace(self) -> None:
        """As in Workers."""

    def close(self, *, at_once: bool = False) -> None:
        """As in Workers."""


@dataclass
class Class:
    """Begins to count when all but ``counted`` hand-ins are done."""

    ledger: Ledger
    counted: int
    left: int = 0
    points: list[float | None] = field(default_factory=list)

    def total(self, submissions: int) -> None:
        """As in Watcher."""
        self.left = submissions

    def standing(self, standing: Standing) -> None:
        """As in Watcher."""
        self.points.append(standing.points)
        self.left -= 1
        if self.left == self.counted:
            self.ledger.begin()
        elif self.left == 0:
            self.ledger.charge()

    def message(self, text: str) -> None:
        """As in Watcher."""
        print(text)


def table(ledger: Ledger, counted: int) -> list[str]:
    """Lines, the dearest part first; all for one hand-in."""
    lines = [f"{'':<52} {'times':>6} {'wall s':>7} {'CPU s here':>10} {'elsewhere':>10} {'CPU s':>7}"]
    rows = sorted(ledger.spent.items(), key=lambda row: -(row[1][1] + row[1][2]))
    for name, values in rows:
        wall, here, others = (value / counted for value in values)
        times = f"{ledger.count[name] / counted:.0f}" if ledger.count[name] else ""
        lines.append(f"{name:<52} {times:>6} {wall:7.2f} {here:10.2f} {others:10.2f} {here + others:7.2f}")
    sums = [sum(values[i] for _, values in rows) / counted for i in range(3)]
    lines.append(f"{'all':<52} {'':>6} {sums[0]:7.2f} {sums[1]:10.2f} {sums[2]:10.2f} {sums[1] + sums[2]:7.2f}")
    asked = ", ".join(f"{name} {count / counted:.0f}" for name, count in ledger.asked.most_common())
    return [*lines, f"asked of a hand-in: {asked}"]


def profile(atelier: str, kind: str, counted: int, folder: Path) -> list[str]:
    """The table of ``counted`` hand-ins of a kind, after one that warms."""
    course = make_real_course(folder, atelier)
    for number in range(counted + 1):
        hand_in_kind(course, atelier, kind, f"student{number}")
    return of_course(course, atelier, counted)


def of_course(course: Course, atelier: str, counted: int) -> list[str]:
    """The same for what was handed in."""
    ledger = Ledger(open_clock())
    watch(ledger)
    watcher = Class(ledger, counted)
    ClassGrading(course, atelier, watcher, workers=Here(), rerun=True).run()
    return [f"points: {', '.join(map(str, watcher.points))}", *table(ledger, counted)]


def main() -> None:
    """Makes the course and the hand-ins, grades them, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("atelier", nargs="?", default="atelier3")
    parser.add_argument("--kind", choices=KINDS, default="solved")
    parser.add_argument("--count", type=int, default=1, help="hand-ins that are counted, after one that is not")
    parser.add_argument("--course", type=Path, help="a folder where all of that is ready")
    options = parser.parse_args()
    os.environ.update(environment())
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        if options.course:
            lines = of_course(Course(options.course.resolve()), options.atelier, options.count)
        else:
            lines = profile(options.atelier, options.kind, options.count, Path(scratch, "course"))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
