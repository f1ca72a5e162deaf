"""Frozen processes and their forks: what ends one badly hurts no other, and junk calls hurt nobody."""

import contextlib
import os
import pickle
import resource
import socket
import stat
import threading
import time
from pathlib import Path

import pytest

from attentif.remote.outside.connections import SocketConnection
from attentif.remote.outside.listener import SnapshotListener
from attentif.remote.outside.student import Student, ended, limit_memory
from attentif.remote.wire.codec import HEADER, encode
from attentif.remote.wire.errors import (
    MemoryLimit,
    ProcessDied,
    ProtocolError,
    SessionClosed,
    SnapshotMissing,
    TimeLimit,
)


@pytest.mark.parametrize(
    ("name", "error", "how"),
    [
        ("endless", TimeLimit, "3 s 6 s"),  # of CPU, the first call's allowance included; by the wall on a busy machine
        ("sleeps", TimeLimit, "6 s"),
        ("really_leaves", ProcessDied, "exit code 3"),
        ("crashes", ProcessDied, "signal SIGSEGV"),
        ("killed", MemoryLimit, ""),
    ],
)
def test_a_session_that_ends_badly_hurts_no_other(frozen, name, error, how):
    lost = frozen.lost.get("exercise", 0.0)
    with frozen.open_session("exercise", time_limit=1) as student:
        with pytest.raises(error) as caught:
            getattr(student, name)()
        assert str(caught.value) in how
        assert ended(student) is caught.value
        with pytest.raises(SessionClosed):
            student.attend(1, 1)
    assert frozen.lost.get("exercise", 0.0) - lost == (1 if error is TimeLimit else 0)
    with frozen.open_session("exercise", time_limit=30) as student:
        assert student.SIZE == 7
        assert ended(student) is None


def test_what_a_session_does_is_forgotten(frozen):
    with frozen.open_session("exercise", time_limit=30) as student:
        assert student.remembers() == 8
        assert student.SIZE == 8
        drawn = student.global_random()
    with frozen.open_session("exercise", time_limit=30) as student:
        assert student.SIZE == 7
        assert student.global_random() == drawn  # random generators, too, stand as they stood


def test_two_sessions_at_once(frozen):
    with frozen.open_session("exercise", time_limit=30) as one, frozen.open_session("exercise", time_limit=30) as two:
        one.remembers()
        assert (one.SIZE, two.SIZE) == (8, 7)
        assert one.parent() == two.parent()
        assert one.number() != two.number()


def test_a_session_has_no_files_of_the_kernel(frozen):
    with frozen.open_session("exercise", time_limit=30) as student:
        files = [name for name in student.open_files() if not name.startswith(("/dev/null", "/proc/"))]
    assert len(files) == 1
    assert files[0].startswith("socket:")


HUNGRY = """
import resource
import numpy as np
def take(mebibytes): return float(np.ones(mebibytes << 17)[-1])
def refuse():
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))
    except (OSError, ValueError):
        pass
    return take(80)
"""


def test_memory_is_limited_from_outside(frozen_process, tmp_path):
    with frozen_process(tmp_path, HUNGRY) as frozen:
        with frozen.open_session("exercise", time_limit=30) as student:
            assert student.take(80) == 1.0
            limit_memory(student, 40 << 20)
            assert student.take(20) == 1.0
            for call in (lambda: student.take(80), student.refuse):
                with pytest.raises(MemoryLimit):
                    call()
            assert student.take(20) == 1.0
        with frozen.open_session("exercise", time_limit=30) as student:
            assert student.take(80) == 1.0


def test_memory_of_a_dead_process_is_not_limited(frozen_process, tmp_path):
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with (
        frozen_process(tmp_path, "def leaves(): __import__('os')._exit(3)") as frozen,
        frozen.open_session("exercise", time_limit=30) as student,
    ):
        with pytest.raises(ProcessDied):
            student.leaves()
        limit_memory(student, 1)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


PIDS = """
import os
def pids(): return os.getpid(), os.getppid()
def f():
    while True: pass
"""


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


def gone(pid):
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not alive(pid)


def test_no_process_is_left_behind(tmp_path, frozen_process):
    with frozen_process(
        tmp_path, "import os\ndef pids(): return os.getpid(), os.getppid()\ndef f():\n  while 1: pass"
    ) as s:
        with s.open_session("exercise", time_limit=30) as student:
            first, snapshot = student.pids()
            assert alive(first)
            assert alive(snapshot)
        assert gone(first)
        with s.open_session("exercise", time_limit=0.3) as student:
            second, _ = student.pids()
            with pytest.raises(TimeLimit):
                student.f()
            assert gone(second)
    assert gone(snapshot)


def test_careless_code_does_not_break_the_agent(tmp_path, frozen_process):
    source = """
import builtins, os, random, signal, socket, sys, time
def refuse(*args): raise RuntimeError("replaced by student code")
os.fork = os._exit = os.waitpid = os.setsid = os.dup2 = refuse
socket.socket = socket.create_connection = refuse
signal.signal(signal.SIGTERM, lambda *_: None)
time.sleep = time.monotonic = refuse
sys.setrecursionlimit(150)
sys.settrace(lambda *_: None)
len = str = print = getattr = callable = type = isinstance = max = sum = refuse
class Broken:
    def write(self, text): raise RuntimeError
    def flush(self): pass
sys.stdout = sys.stderr = Broken()
def f(x): return x
def g(): return sys.gettrace() is None
def h(): return 1 / 0
"""
    with frozen_process(tmp_path, source) as listener:
        for _ in range(2):
            with listener.open_session("exercise", time_limit=10) as student:
                assert student.f([1, {"a": 2}]) == [1, {"a": 2}]
                assert student.g()
                with pytest.raises(Exception, match="ZeroDivisionError"):
                    student.h()


def test_without_a_snapshot_there_is_no_session(frozen):
    with pytest.raises(SnapshotMissing), frozen.open_session("other", time_limit=1):
        pass


def test_a_snapshot_that_has_died_is_missed(tmp_path, frozen_process):
    with frozen_process(tmp_path, "import os\ndef end(): os.kill(os.getppid(), 9)") as listener:
        with listener.open_session("exercise", time_limit=10) as student, contextlib.suppress(ProcessDied, MemoryLimit):
            student.end()
        with pytest.raises(SnapshotMissing), listener.open_session("exercise"):
            pass
        with pytest.raises(SnapshotMissing), listener.open_session("exercise"):
            pass


def test_no_call_no_snapshot(tmp_path):
    with SnapshotListener.at(tmp_path / "c" / "s") as listener:
        with pytest.raises(SnapshotMissing):
            listener.wait_snapshot("exercise", "token", 0.2)
        with pytest.raises(SnapshotMissing):
            listener.wait_cell("nonce", 0.2)


def test_the_socket_is_for_its_owner_alone(tmp_path):
    with SnapshotListener.at(tmp_path / "c" / "s") as listener:
        assert stat.S_IMODE(os.stat(listener.address).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(Path(listener.address).parent).st_mode) == 0o700
    assert not Path(listener.address).exists()
    with pytest.raises(ValueError, match="too long"), SnapshotListener.at(tmp_path / ("x" * 120) / "s"):
        pass


# ---------------------------------------------------------------------------------------------------------------
# Callers that are not what they should be


def call_in(path, *messages):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(str(path))
    for message in messages:
        connection.sendall(message)
    return connection


def hung_up(connection):
    connection.settimeout(5)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


HELLO = encode({"hello": "snapshot", "exercise": "e", "token": "t"})
JUNK = [
    b"GET / HTTP/1.1\r\n\r\n",
    encode([1]),
    encode({"hello": ["snapshot"], "token": 1}),
    encode({"hello": "snapshot", "token": 1}),
    encode({"hello": "root", "token": "t"}),
    HEADER.pack(2**62, 0),
    HEADER.pack(10, 0) + pickle.dumps({"hello": "snapshot"})[:10],
    b"\xff" * 64,
]


def test_junk_calls_are_hung_up_on(tmp_path):
    with SnapshotListener.at(tmp_path / "c" / "s") as listener:
        silent = [call_in(listener.address) for _ in range(5)]
        junk = [call_in(listener.address, message) for message in JUNK]
        good = call_in(listener.address, HELLO)
        started = time.monotonic()
        listener.wait_snapshot("e", "t", 5)
        assert time.monotonic() - started < 2  # silent callers delay nobody
        assert all(hung_up(connection) for connection in junk)
        for connection in [*silent, good]:
            connection.close()


def test_a_hello_may_come_in_pieces_and_only_the_first_counts(tmp_path):
    with SnapshotListener.at(tmp_path / "c" / "s") as listener:
        slow = call_in(listener.address, HELLO[:7])
        threading.Timer(0.3, lambda: slow.sendall(HELLO[7:])).start()
        listener.wait_snapshot("e", "t", 5)
        again = call_in(listener.address, HELLO)
        with pytest.raises(SnapshotMissing):
            listener.wait_snapshot("e", "other", 0.3)
        assert listener._snapshots["e"].socket.fileno() >= 0
        slow.close()
        again.close()


def test_a_flood_of_callers_is_bounded(tmp_path):
    with SnapshotListener.at(tmp_path / "c" / "s", max_pending=8) as listener:
        flood = []
        for _ in range(6):
            flood += [call_in(listener.address) for _ in range(7)]
            with pytest.raises(SnapshotMissing):
                listener.wait_snapshot("e", "t", 0.1)
        assert len(listener._callers) <= 8
        good = call_in(listener.address, HELLO)
        listener.wait_snapshot("e", "t", 5)
        for connection in [*flood, good]:
            connection.close()


def test_a_snapshot_for_another_exercise_is_refused(tmp_path):
    with SnapshotListener.at(tmp_path / "c" / "s") as listener:
        caller = call_in(listener.address, encode({"hello": "snapshot", "exercise": "other", "token": "t"}))
        with pytest.raises(SnapshotMissing):
            listener.wait_snapshot("e", "t", 5)
        assert hung_up(caller)


@contextlib.contextmanager
def scripted(*replies, pause=0.0):
    """A student whose process sends given bytes, one after the other, whatever it is asked."""
    ours, theirs = socket.socketpair()

    def run():
        with contextlib.suppress(OSError):
            theirs.recv(100_000)
            for reply in replies:
                theirs.sendall(reply)
                threading.Event().wait(pause)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield Student(SocketConnection(ours, time_limit=1.0))
    ours.close()
    theirs.close()
    thread.join(5)


def test_a_reply_that_drips_meets_the_deadline():
    message = encode({"value": "x" * 1000})
    with scripted(*(message[i : i + 1] for i in range(len(message))), pause=0.05) as student:
        started = time.monotonic()
        with pytest.raises(TimeLimit):
            _ = student.f
        assert time.monotonic() - started < 3


def test_a_long_reply_in_pieces_arrives_whole():
    message = encode({"value": "x" * 300_000})
    pieces = [message[:5], message[5:1000], message[1000:70_000], message[70_000:]]
    with scripted(*pieces, pause=0.01) as student:
        assert student.f == "x" * 300_000


def test_a_request_that_is_not_read_meets_the_deadline():
    ours, theirs = socket.socketpair()
    with pytest.raises(TimeLimit):
        SocketConnection(ours, time_limit=0.3).ask(b"x" * 10_000_000)
    theirs.close()


@pytest.mark.parametrize("reply", [
    HEADER.pack(2**40, 0), HEADER.pack(10, 2**50), b"\x80\x04" + b"x" * 100, HEADER.pack(1, 0) + b"{",
    encode([1]), encode({"failure": 3}), encode({"value": 1, "more": 2}), HEADER.pack(60_000, 0) + b"[" * 60_000,
    encode({"value": 1}) + encode({"value": 2}),
])  # fmt: skip
def test_replies_that_are_none(reply):
    with scripted(reply) as student, pytest.raises(ProtocolError):
        _ = student.f


def test_a_failure_is_bounded_text_whatever_was_sent():
    told = {
        "failure": "exception",
        "type": "T" * 10_000,
        "message": ["x"],
        "line": -5,
        "cell": 3,
        "traceback": "x" * 10**6,
    }
    with scripted(encode(told)) as student, pytest.raises(Exception, match="TTT") as caught:
        _ = student.f
    error = caught.value
    assert (len(error.type), error.message, error.line, error.cell) == (100, "", 0, "")
    assert len(error.traceback) <= 4000
