"""The pytest plugin: fixtures ``student``, ``cases``, ``exercise``, ``rng``, ``handed_in``, ``remarks``; markers; one
CheckResult for each test.

Whoever registers it gives ``config.stash`` a run: the grader's sessions, or, for somebody who types ``pytest``,
``attentif.student.pytest_plugin``.
"""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from attentif.checks.cases import CaseSet, Reference
from attentif.checks.handed_in import HandedIn
from attentif.checks.remarks import Remarks
from attentif.checks.run import RUN, NotRun, Run
from attentif.diagnosis.answers import Asked
from attentif.diagnosis.not_finite import explain_not_finite_reply, holds_nan
from attentif.diagnosis.student_errors import explain_error, explain_remote, explain_stub, is_stub
from attentif.exercises.conventions import is_hidden
from attentif.remote.outside.student import limit_memory, printed_by, watch
from attentif.remote.wire import errors
from attentif.reports.explanation import CheckFailure, Explanation, PropertyFailure
from attentif.reports.results import CheckResult, Verdict
from attentif.words import checks as words
from attentif.words.text import Text

MARKERS = (
    "exercise(name): the exercise that a check file is about",
    "weight(number): what a check counts within its exercise (default 1)",
    "requires(*tests): checks of the exercise that must have passed first; else this one is not run",
    "memory_limit(mebibytes): what the student's process may hold beyond what it has at the start (default: no limit)",
    "time_limit(seconds): limit for each call of student code (default 10)",
)


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


def exercise_of(item: pytest.Item) -> str | None:
    """The exercise a collected test belongs to, or None for a test that is not a check."""
    marker = item.get_closest_marker("exercise")
    return str(marker.args[0]) if marker and marker.args else None


def _run_of(config: pytest.Config) -> Run:
    return config.stash[RUN]


def _is_hidden(item: pytest.Item) -> bool:
    return is_hidden(item.path)


@pytest.fixture
def exercise(request: pytest.FixtureRequest) -> Reference:
    """The reference of the exercise under check: its functions, cases and right answers."""
    name = exercise_of(request.node)
    if name is None:
        raise pytest.UsageError(f"{request.node.path.name}: a check needs pytestmark = pytest.mark.exercise('name')")
    run = _run_of(request.config)
    reference = run.references.load(name, request.node.path)
    run.titles.setdefault(name, reference.title)
    return reference


@pytest.fixture
def cases(request: pytest.FixtureRequest, exercise: Reference) -> CaseSet:
    """All cases of the exercise: the public ones in a public file, fresh draws in a hidden one."""
    asked = _run_of(request.config).asked.setdefault(exercise.exercise, Asked())
    return CaseSet(exercise, tuple(exercise.cases), asked=asked)


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The student's code: ``student.name(...)``."""
    run = _run_of(request.config)
    marker = request.node.get_closest_marker("time_limit")
    limit = float(marker.args[0]) if marker else run.default_time_limit
    name = exercise_of(request.node) or ""
    memory = request.node.get_closest_marker("memory_limit")
    alone = marker is not None or memory is not None  # what is measured is this check's alone
    with run.students.open(name, request.node.path, time_limit=limit, alone=alone) as opened:
        if memory:
            limit_memory(opened, int(memory.args[0]) * 1024 * 1024)
        returned = request.node.stash[_RETURNED] = _Returned(opened)  # a session that is kept runs it for others too
        watch(opened, returned)
        yield opened
        returned.student = None


@pytest.fixture
def handed_in(request: pytest.FixtureRequest) -> HandedIn:
    """The files beside the notebook: ``handed_in.read(name, limit)``."""
    return HandedIn(_run_of(request.config).students.folder(request.node.path))


@pytest.fixture
def remarks(request: pytest.FixtureRequest) -> Remarks:
    """What the exercise's checks say beside their verdicts."""
    return _run_of(request.config).remarks.setdefault(exercise_of(request.node) or "", Remarks())


@dataclass
class _Returned:
    """What the student's code returned during a check, as far as it matters to what may be said of it."""

    student: Any = None
    nan: bool = False

    @property
    def printed(self) -> str:
        """What the code has printed, where that is kept."""
        return printed_by(self.student) if self.student is not None else ""

    def __call__(self, given: Any, value: Any) -> None:
        self.nan = self.nan or (holds_nan(value) and not holds_nan(given))


_RETURNED = pytest.StashKey[_Returned]()


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator seeded by the exercise's seed and the test's name: the same for every student, and when repeated."""
    hidden = _is_hidden(request.node)
    seed = _run_of(request.config).references.seed_of(exercise_of(request.node) or "") if hidden else 0
    return np.random.default_rng([seed, zlib.crc32(request.node.name.encode())])


def pytest_runtest_setup(item: pytest.Item) -> None:
    name = exercise_of(item)
    marker = item.get_closest_marker("requires")
    if name is None or marker is None:
        return
    run = _run_of(item.config)
    if not all(run.passed(name, test) for test in marker.args):
        pytest.skip("requires " + ", ".join(marker.args))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    name = exercise_of(item)
    if name is None or report.when == "teardown" or (report.when == "setup" and report.passed):
        return report
    result = _result(item, call, report)
    _run_of(item.config).results.setdefault(name, []).append(result)
    if report.failed:
        report.longrepr = _plain(result)
    return report


def _result(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> CheckResult:
    verdict, explanations, internal = _verdict(call, report, hidden=_is_hidden(item))
    if verdict is Verdict.FAILED and _is_property(call) and item.stash.get(_RETURNED, _Returned()).nan:
        explanations = (explain_not_finite_reply(),)
    weight = item.get_closest_marker("weight")
    return CheckResult(
        test=item.name,
        title=check_title(item),
        weight=float(weight.args[0]) if weight else 1.0,
        hidden=_is_hidden(item),
        verdict=verdict,
        explanations=tuple(e.without_values() for e in explanations) if _is_hidden(item) else explanations,
        seconds=call.duration,
        internal=internal,
        printed="" if _is_hidden(item) else item.stash.get(_RETURNED, _Returned()).printed,
    )


def _is_property(call: pytest.CallInfo[None]) -> bool:
    """Whether the check file itself judged what the code returned; what compares values looks for NaN by itself."""
    error = call.excinfo.value if call.excinfo else None
    known = (CheckFailure, NotRun, errors.RemoteError)
    return isinstance(error, PropertyFailure) or (isinstance(error, Exception) and not isinstance(error, known))


def check_title(item: pytest.Item) -> Text:
    """The docstring's first paragraph (French) and second (English); the test's name where there is none."""
    doc = inspect.getdoc(getattr(item, "obj", None)) or item.name
    french, _, english = doc.partition("\n\n")
    return Text(" ".join(french.split()), " ".join((english or french).split()))


def _verdict(
    call: pytest.CallInfo[None], report: pytest.TestReport, *, hidden: bool
) -> tuple[Verdict, tuple[Explanation, ...], str]:
    if report.passed:
        return Verdict.PASSED, (), ""
    error = call.excinfo.value if call.excinfo else None
    if report.skipped:
        return Verdict.NOT_RUN, (Explanation(words.NOT_YET),), ""
    if isinstance(error, CheckFailure):
        return Verdict.FAILED, error.explanations, ""
    if isinstance(error, NotRun):
        return Verdict.NOT_RUN, (Explanation(error.args[0]),), ""
    if isinstance(error, errors.RemoteError):
        return _REMOTE_VERDICTS.get(type(error), Verdict.ERROR), (_explain(error, hidden=hidden),), ""
    if isinstance(error, AssertionError) and error.args and isinstance(error.args[0], str):
        message = error.args[0].partition("\nassert ")[0]
        return Verdict.FAILED, (Explanation(Text(message, message)),), ""
    return Verdict.FAILED, (Explanation(words.UNUSABLE),), str(report.longrepr)


_REMOTE_VERDICTS = {
    errors.TimeLimit: Verdict.TIME_LIMIT,
    errors.MemoryLimit: Verdict.MEMORY_LIMIT,
    errors.StateMisfit: Verdict.FAILED,
    errors.NameMissing: Verdict.FAILED,
    errors.NotCallable: Verdict.FAILED,
}


def _explain(error: errors.RemoteError, *, hidden: bool) -> Explanation:
    if isinstance(error, errors.StudentError) and is_stub(error):
        return explain_stub(error, hidden=hidden)
    if isinstance(error, errors.StudentError):
        return explain_error(None, error, hidden=hidden)
    return explain_remote(error)


def _plain(result: CheckResult) -> str:
    from attentif.reports.pages import plain_result

    return plain_result(result)
