"""The checks of one exercise, together in one process of the student's as long as they pass.

A process for each check costs more than most checks do. What counts is the verdict that a check has alone: one that
does not pass where others had been before is repeated alone, and that is its verdict. If it passes then, the code
carries something from one check to the next; all checks of the exercise are then repeated, each alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from attentif.checks.run import Run

Check = TypeVar("Check")


def run_together(run: Run, exercise: str, checks: Sequence[Check], execute: Callable[[Check], None]) -> None:
    """Executes each check; results are in ``run``, one for each check that gives one, in order."""
    run.students.start_afresh()
    for check in checks:
        execute(check)
        if _passed(run, exercise):
            continue
        if run.students.shared:
            _forget_last(run, exercise)
            run.students.start_afresh(forgive=True)
            execute(check)
            if _passed(run, exercise):
                _repeat_apart(run, exercise, checks, execute)
                return
        run.students.start_afresh()


def _repeat_apart(run: Run, exercise: str, checks: Sequence[Check], execute: Callable[[Check], None]) -> None:
    run.students.keep_apart(exercise)
    run.results.pop(exercise, None)
    run.asked.pop(exercise, None)
    run.remarks.pop(exercise, None)
    for check in checks:
        execute(check)


def _passed(run: Run, exercise: str) -> bool:
    """Whether the last check passed, or met no code of the student's: one that requires another that did not pass."""
    results = run.results.get(exercise)
    return not results or results[-1].verdict.value in ("passed", "not_run")


def _forget_last(run: Run, exercise: str) -> None:
    run.results[exercise].pop()
