"""Many questions at once: each has its own time, its own error and its own place, as if it had been asked alone."""

import contextlib
import socket
import threading

import pytest

from attentif.checks.run import NotRun
from attentif.grading.budget import Budget, Metered
from attentif.remote.outside.connections import SocketConnection
from attentif.remote.outside.student import Student, calling, ended
from attentif.remote.wire.codec import HEADER, encode
from attentif.remote.wire.errors import ProcessDied, ProtocolError, RemoteError, SessionClosed, StudentError, TimeLimit

CODE = """
import os, time
import numpy as np
seen = []
def f(x):
    seen.append(x)
    if x == "late":
        raise ValueError("no")
    if x == "leave":
        os._exit(3)
    if x == "loop":
        while True: pass
    if x == "warm" and seen.count("warm") == 1:
        work(1.5)
    if x == "slow":
        work(1.5)
    return x
def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
    return seconds
def big(size): return np.zeros(size)
def how_many(): return len(seen)
"""

WALL = 100.0  # times as wide as the limit on CPU, which alone is judged here: the machine may be busy


@pytest.fixture
def frozen(frozen_process, tmp_path):
    with frozen_process(tmp_path, CODE, wall_factor=WALL) as listener:
        yield listener


def asked(student, name, values):
    """What the function gives for each value: the value, or the error that came in its place."""
    found = []
    for answer in student.ahead([calling(getattr(student, name), [value]) for value in values]):
        try:
            found.append(answer())
        except RemoteError as error:
            found.append(error)
    return found


def test_an_error_is_that_calls_alone(frozen):
    with frozen.open_session("exercise", time_limit=30) as student:
        one, two, error, four = asked(student, "f", [1, "two", "late", 4.0])
        assert (one, two, four) == (1, "two", 4.0)
        assert isinstance(error, StudentError)
        assert (error.type, error.message) == ("ValueError", "no")
        assert student.how_many() == 4


def test_each_call_has_the_whole_limit(frozen):
    with frozen.open_session("exercise", time_limit=1, patient=False) as student:
        assert asked(student, "work", [0.4] * 6) == [0.4] * 6


@pytest.mark.parametrize(("fatal", "error", "how"), [("loop", TimeLimit, "1 s"), ("leave", ProcessDied, "exit code 3")])
def test_what_ends_the_session_stands_in_its_place(frozen, fatal, error, how):
    lost = frozen.lost.get("exercise", 0.0)
    with frozen.open_session("exercise", time_limit=1, patient=False) as student:
        first, second, third, fourth = asked(student, "f", [1, 2, fatal, 4])
        assert (first, second) == (1, 2)
        assert type(third) is error
        assert str(third) in how
        assert fourth is third is ended(student)
        with pytest.raises(SessionClosed):
            student.how_many()
    assert frozen.lost.get("exercise", 0.0) - lost == (1 if error is TimeLimit else 0)


def test_more_questions_and_more_bytes_than_go_at_once(frozen):
    with frozen.open_session("exercise", time_limit=30) as student:
        values = [n if n % 3 else "x" * 20_000 for n in range(200)]
        assert asked(student, "f", values) == values
        assert [len(array) for array in asked(student, "big", [200_000] * 40)] == [200_000] * 40


@pytest.mark.parametrize(("value", "forgiven"), [("warm", True), ("slow", False)])
def test_a_slow_first_call_among_many(tmp_path, frozen_process, value, forgiven):
    with (
        frozen_process(tmp_path, CODE, wall_factor=WALL) as frozen,
        frozen.open_session("exercise", time_limit=1) as student,
    ):
        found = asked(student, "f", [1, value, 3])
        if forgiven:
            assert found == [1, value, 3]
            assert ended(student) is None
        else:
            assert isinstance(found[-1], TimeLimit)
            assert isinstance(ended(student), TimeLimit)


def test_two_slow_calls_share_one_allowance(tmp_path, frozen_process):
    with (
        frozen_process(tmp_path, CODE, wall_factor=WALL, first_call=0.8) as frozen,
        frozen.open_session("exercise", time_limit=1) as student,
    ):
        assert isinstance(asked(student, "work", [1.5, 1.5])[-1], TimeLimit)


def test_whoever_does_not_wait_for_all_ends_the_session(frozen):
    with frozen.open_session("exercise", time_limit=30) as student:
        connection = student._connection
        requests = [student._encoded(calling(student.f, [n])) for n in range(3)]
        replies = connection.ask_all(requests)
        next(replies)
        replies.close()
        assert isinstance(ended(student), SessionClosed)


def test_no_further_call_once_the_time_is_spent(frozen):
    with frozen.open_session("exercise", time_limit=30) as student:
        budget = Budget(exercise=0.5, notebook=100.0)
        metered = Student(Metered(student._connection, budget, "e"))
        first, second, third, fourth = asked(metered, "work", [0.1, 1.0, 0.1, 0.1])
        assert (first, second) == (0.1, 1.0)
        assert isinstance(third, NotRun)
        assert fourth is third
        assert "e" in budget.cut
        assert isinstance(ended(student), SessionClosed)


@contextlib.contextmanager
def saying(*replies):
    """A student whose process says these bytes, whatever it is asked."""
    ours, theirs = socket.socketpair()

    def run():
        with contextlib.suppress(OSError):
            theirs.recv(100_000)
            theirs.sendall(b"".join(replies))
            threading.Event().wait(20)

    threading.Thread(target=run, daemon=True).start()
    yield Student(SocketConnection(ours, time_limit=1.0))
    ours.close()
    theirs.close()


ONE, TWO = encode({"value": 1}), encode({"value": 2})
QUESTIONS = [{"do": "get", "name": "f"}] * 3


@pytest.mark.parametrize(("said", "error"), [
    ((ONE, TWO, HEADER.pack(2**50, 0)), ProtocolError), ((ONE, TWO, b"\x80\x04" + b"x" * 30), ProtocolError),
    ((ONE, TWO, ONE, TWO), ProtocolError), ((ONE, TWO, ONE[:-1]), TimeLimit), ((ONE, TWO), TimeLimit),
])  # fmt: skip
def test_forged_replies_are_refused_in_their_place(said, error):
    with saying(*said) as student:
        first, second, third = student.ahead(QUESTIONS)
        assert (first(), second()) == (1, 2)
        with pytest.raises(error):
            third()
        assert isinstance(ended(student), error)
