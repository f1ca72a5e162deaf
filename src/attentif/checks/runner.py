"""Running check files with pytest in this process, quietly, and collecting reports."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from attentif.checks import plugin as checks_plugin
from attentif.checks.exercise import Text
from attentif.checks.report import ExerciseReport
from attentif.checks.run import RUN, Run

# What a session of checks has no use for: pytest's own plugins would take more time than the checks. Those about
# exceptions collect garbage, several times, at the end of each session: half a second where torch is imported.
_UNUSED = (
    "cacheprovider", "capture", "debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging", "pastebin",
    "recwarn", "setuponly", "setupplan", "stepwise", "subtests", "terminal", "threadexception", "unittest",
    "unraisableexception",
)  # fmt: skip


class CheckFilesBroken(Exception):
    """The check files themselves could not be collected; the text says what pytest said."""


class _Attach:
    """Hands the run to the plugin and keeps collection errors."""

    def __init__(self, run: Run, exercises: Sequence[str]) -> None:
        self.run, self.exercises, self.collect_errors = run, set(exercises), list[str]()

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[RUN] = self.run
        # Python's own tracebacks: pytest's would print every argument, tensors and all, at each failed check.
        config.option.tbstyle = "native"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.collect_errors.append(str(report.longrepr))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if checks_plugin.exercise_of(item) in self.exercises]


def run_checks(run: Run, files: Iterable[Path], exercises: Sequence[str]) -> dict[str, ExerciseReport]:
    """Runs ``files`` for ``exercises`` and returns a report for each exercise.

    Assertions are not rewritten and no other plugin is loaded, so that a message shows what its author wrote and
    nothing of the values compared. Raises CheckFilesBroken if a file cannot be collected.
    """
    paths = [str(path) for path in files]
    attach = _Attach(run, exercises)
    if paths:
        arguments = ["--assert=plain", "--import-mode=importlib", "--rootdir", str(Path(paths[0]).parent)]
        arguments += [f"-pno:{name}" for name in _UNUSED]
        with _quiet_environment() as ini:
            status = pytest.main(["-c", ini, *arguments, *paths], plugins=[checks_plugin, attach])
        if status in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
            attach.collect_errors.append(f"pytest ended with status {status!r}")
    if attach.collect_errors:
        raise CheckFilesBroken("\n".join(attach.collect_errors))
    return {name: _report(run, name) for name in exercises}


def _report(run: Run, exercise: str) -> ExerciseReport:
    results = tuple(run.results.get(exercise, []))
    hidden = any(result.hidden for result in results)
    notices = () if results else (Text("Aucune vérification n'existe pour cet exercice.", "No check exists."),)
    return ExerciseReport(
        exercise, results, run.titles.get(exercise), seed=run.seed if hidden else None, notices=notices
    )


@contextlib.contextmanager
def _quiet_environment() -> Iterator[str]:
    """No plugin autoload, no output, an empty configuration file of our own."""
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    current = os.environ.get("PYTEST_CURRENT_TEST")
    try:
        with tempfile.TemporaryDirectory(prefix="attentif-") as folder:
            ini = Path(folder, "pytest.ini")
            ini.write_text("[pytest]\n", encoding="utf-8")
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                yield str(ini)
    finally:
        _restore("PYTEST_DISABLE_PLUGIN_AUTOLOAD", before)
        _restore("PYTEST_CURRENT_TEST", current)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
