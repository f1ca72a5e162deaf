"""Running check files and collecting reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from attentif.checks.run import Run
from attentif.checks.sessions import CheckFilesBroken, run_session
from attentif.reports.results import ExerciseReport
from attentif.words.checks import INTERRUPTED
from attentif.words.reports import NO_CHECK

__all__ = ["CheckFilesBroken", "run_checks"]


def run_checks(
    run: Run, files: Iterable[Path], exercises: Sequence[str], *, keep: bool = False
) -> dict[str, ExerciseReport]:
    """Runs ``files`` with pytest, in this process, for ``exercises``, and returns a report for each exercise.

    Assertions are not rewritten and no other plugin is loaded, so that a message shows what its author wrote and
    nothing of the values compared. keep: the same files will soon be run again, and what they define may stay.
    Raises CheckFilesBroken if a file cannot be collected.
    """
    paths = list(files)
    if paths:
        run_session(run, paths, exercises, keep=keep)
    return {name: _report(run, name) for name in exercises}


def _report(run: Run, exercise: str) -> ExerciseReport:
    results = tuple(run.results.get(exercise, []))
    hidden = any(result.hidden for result in results)
    said = tuple(run.remarks[exercise].notes) if exercise in run.remarks else ()
    notices = (INTERRUPTED,) if run.interrupted else said if results else (NO_CHECK,)
    seed = run.references.seed_of(exercise) if hidden else None
    return ExerciseReport(exercise, results, run.titles.get(exercise), seed=seed, notices=notices)
