"""pytest sessions over check files: quiet, without what checks have no use for, kept while they are useful.

To start a session and collect its tests takes as long as most checks. A grader that runs the same files for one
submission after another keeps a session open: pytest's own loop then waits, in a thread, for the next run.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue

import pytest

from attentif.checks import plugin as checks_plugin
from attentif.checks.run import RUN, Run
from attentif.checks.together import run_together

# What a session of checks has no use for: pytest's own plugins would take more time than the checks. Those about
# exceptions collect garbage, several times, at the end of each session: half a second where torch is imported.
_UNUSED = (
    "cacheprovider", "capture", "debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging", "pastebin",
    "recwarn", "setuponly", "setupplan", "stepwise", "subtests", "terminal", "threadexception", "unittest",
    "unraisableexception",
)  # fmt: skip
_KEPT = 16  # open sessions


class CheckFilesBroken(Exception):
    """The check files themselves could not be collected; the text says what pytest said."""


class _Attach:
    """Hands a run to the plugin, chooses its tests, and keeps collection errors."""

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

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if not self.collect_errors:
            self.loop(session)
        return True

    def loop(self, session: pytest.Session) -> None:
        """Runs the tests of the exercises once."""
        session.config.stash[RUN] = self.run
        items = [item for item in session.items if checks_plugin.exercise_of(item) in self.exercises]

        def check(item: pytest.Item) -> None:  # which item follows is known afterwards only: none is announced
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=None)

        for exercise, checks in itertools.groupby(items, checks_plugin.exercise_of):
            run_together(self.run, str(exercise), list(checks), check)


class _Waiting(_Attach):
    """The same for one run after another: pytest's loop waits for the next in a thread of its own."""

    def __init__(self, paths: Sequence[Path], run: Run, exercises: Sequence[str]) -> None:
        super().__init__(run, exercises)
        self._wanted = SimpleQueue[bool]()
        self._finished = SimpleQueue[bool]()  # False: and the session has ended
        self._thread = threading.Thread(target=self._live, args=[paths], daemon=True, name="checks")
        self._running = False
        self.alive = True

    def once(self, run: Run, exercises: Sequence[str]) -> None:
        """One run; returns when it is done."""
        self.run, self.exercises = run, set(exercises)
        self._wanted.put(True)
        if self._thread.ident is None:
            self._thread.start()
        self.alive = self._finished.get()

    def close(self) -> None:
        """Ends the session. pytest goes back to the folder that it was started in: we do not."""
        here = os.getcwd()
        self._wanted.put(False)
        self._thread.join()
        os.chdir(here)
        self.alive = False

    def _live(self, paths: Sequence[Path]) -> None:
        try:
            _main(paths, self)
        except BaseException as error:
            self.collect_errors.append(f"pytest ended with {type(error).__name__}: {error}")
        finally:
            if self._running and not self.collect_errors:
                self.collect_errors.append("pytest stopped before all checks had run")
            self._finished.put(False)

    def loop(self, session: pytest.Session) -> None:
        while self._wanted.get():
            self._running = True
            super().loop(session)
            self._running = False
            self._finished.put(True)


_open: dict[tuple[tuple[Path, int], ...], _Waiting] = {}
_imported: set[str] = set()
_lock = threading.Lock()  # one run at a time in kept sessions


def run_session(run: Run, paths: Sequence[Path], exercises: Sequence[str], *, keep: bool) -> None:
    """Runs the tests of ``exercises`` in the files ``paths``; results are in ``run``.

    keep: in a session that stays open, until one of the files changes. Raises CheckFilesBroken if a file cannot be
    collected or pytest stops.
    """
    with _quiet_environment():
        if keep:
            attach = _run_kept(run, paths, exercises)
        else:
            attach = _Attach(run, exercises)
            _main(paths, attach)
    if attach.collect_errors:
        raise CheckFilesBroken("\n".join(attach.collect_errors))


def _run_kept(run: Run, paths: Sequence[Path], exercises: Sequence[str]) -> _Attach:
    key = tuple((path, path.stat().st_mtime_ns) for path in paths)
    with _lock:
        session = _open.pop(key, None) or _Waiting(paths, run, exercises)
        session.once(run, exercises)
        if session.alive:
            _open[key] = session
        while len(_open) > _KEPT:
            _open.pop(next(iter(_open))).close()
    return session


def _main(paths: Sequence[Path], attach: _Attach) -> None:
    _forget(paths)
    arguments = ["-c", os.devnull, "--assert=plain", "--import-mode=importlib", "--rootdir", str(paths[0].parent)]
    arguments += [f"-pno:{name}" for name in _UNUSED]
    status = pytest.main([*arguments, *map(str, paths)], plugins=[checks_plugin, attach])
    attach.run.interrupted = status == pytest.ExitCode.INTERRUPTED
    if status in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
        attach.collect_errors.append(f"pytest ended with status {status!r}")


def _forget(paths: Sequence[Path]) -> None:
    """pytest takes a module of that name which was imported once, even if it has changed or was another folder's."""
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) in _imported:
            del sys.modules[name]
    _imported.update(map(str, paths))


@contextlib.contextmanager
def _quiet_environment() -> Iterator[None]:
    """No plugin autoload, no output."""
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    current = os.environ.get("PYTEST_CURRENT_TEST")
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        _restore("PYTEST_DISABLE_PLUGIN_AUTOLOAD", before)
        _restore("PYTEST_CURRENT_TEST", current)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
