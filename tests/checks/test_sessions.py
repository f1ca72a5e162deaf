"""Check files run again and again in one pytest session: as if each run were the first."""

from __future__ import annotations

import itertools
import os
import threading

import pytest

from attentif.checks import sessions
from attentif.checks.run import Run
from attentif.checks.runner import CheckFilesBroken, run_checks
from attentif.references.folder import FolderReferences
from attentif.student.local import NamespaceStudents

CHECKS = """
import pytest
pytestmark = pytest.mark.exercise("double")
made = []

@pytest.fixture(scope="module")
def once():
    made.append("module")
    return list(made)

def test_first(student, once):
    assert once == ["module"] * len(made)
    assert student.double(3) == 6, "double(3) is not 6"

@pytest.mark.requires("test_first")
def test_second(student, rng):
    number = int(rng.integers(10, 100))
    assert student.double(number) == 2 * number, "double is wrong"
"""
OTHER = """
import pytest

@pytest.mark.exercise("half")
def test_half(student):
    assert student.half(4) == 2, "half(4) is not 2"
"""


@pytest.fixture
def files(tmp_path):
    yield [write(tmp_path, "test_double.py", CHECKS), write(tmp_path, "test_hidden.py", OTHER)]
    while sessions._open:
        sessions._open.popitem()[1].close()


TICKS = itertools.count(1_000_000_000)


def write(folder, name, text):
    """A file that is newer, by the clock, than all that were written before."""
    path = folder / name
    path.write_text(text)
    os.utime(path, (next(TICKS),) * 2)
    return path


def verdicts(files, exercises=("double", "half"), keep=True, **names):
    """[(test, verdict)] of each exercise, with these names as the student's."""
    run = Run(NamespaceStudents(names), FolderReferences(1))
    reports = run_checks(run, files, exercises, keep=keep)
    return [[(result.test, result.verdict.value) for result in reports[name].results] for name in exercises]


def right(number):
    return 2 * number


@pytest.fixture(autouse=True)
def _none_open():
    """Other tests of this process may have left sessions open."""
    while sessions._open:
        sessions._open.popitem()[1].close()


def test_every_run_is_like_the_first(files):
    good = [[("test_first", "passed"), ("test_second", "passed")], [("test_half", "passed")]]
    bad = [[("test_first", "failed"), ("test_second", "not_run")], [("test_half", "failed")]]
    for _ in range(2):
        assert verdicts(files, double=right, half=lambda n: n // 2) == good
        assert verdicts(files, double=lambda n: 3 * n, half=right) == bad
    assert verdicts(files, ("half",), half=lambda n: n // 2) == good[1:]
    assert verdicts(files, ("double",), double=right) == good[:1]
    assert len(sessions._open) == 1
    assert sum(thread.name == "checks" for thread in threading.enumerate()) == 1


@pytest.mark.parametrize("keep", [True, False])
def test_changed_file_is_read_again(files, tmp_path, keep):
    assert verdicts(files, ("half",), keep=keep, half=lambda n: n) == [[("test_half", "failed")]]
    write(tmp_path, files[1].name, OTHER.replace("== 2", "== 4"))
    assert verdicts(files, ("half",), keep=keep, half=lambda n: n) == [[("test_half", "passed")]]


def test_broken_file_is_said_and_nothing_is_kept(files, tmp_path):
    write(tmp_path, files[0].name, "import pytest\nraise OSError('no such oracle')\n")
    for _ in range(2):
        with pytest.raises(CheckFilesBroken, match="no such oracle"):
            verdicts(files, double=right, half=right)
    write(tmp_path, files[0].name, CHECKS)
    assert verdicts(files, ("double",), double=right) == [[("test_first", "passed"), ("test_second", "passed")]]


@pytest.mark.parametrize("stop", ["pytest.exit('enough')", "raise KeyboardInterrupt"])
def test_session_that_stops_loses_no_verdict_in_silence(files, tmp_path, stop):
    write(tmp_path, files[0].name, CHECKS.replace("    number =", f"    {stop}\n    number ="))
    with pytest.raises(CheckFilesBroken, match="stopped"):
        verdicts(files, ("double",), double=right)
    write(tmp_path, files[0].name, CHECKS)
    assert verdicts(files, ("double",), double=right) == [[("test_first", "passed"), ("test_second", "passed")]]


def test_few_sessions_stay_open_and_nobody_is_moved(tmp_path, monkeypatch):
    for number in range(sessions._KEPT + 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        file = write(folder, "test_half.py", OTHER.replace("== 2", f"== {number}"))  # one name, other contents
        assert verdicts([file], ("half",), half=lambda _, n=number: n) == [[("test_half", "passed")]]
        assert os.getcwd() == str(folder)
    assert len(sessions._open) == sessions._KEPT
    while sessions._open:
        sessions._open.popitem()[1].close()
    assert not [thread for thread in threading.enumerate() if thread.name == "checks"]
    assert os.getcwd() == str(folder)
