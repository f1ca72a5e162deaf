"""The same conversation, in this process and with a forked copy of a real process: the same answers."""

import contextlib
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from attentif.remote import client
from attentif.remote.client import Handle, LocalConnection, SnapshotListener, Student
from attentif.remote.codec import encode
from attentif.remote.errors import (
    MemoryLimit,
    NameMissing,
    NotCallable,
    ProcessDied,
    ProtocolError,
    SnapshotMissing,
    StudentError,
    TimeLimit,
)

STUDENT = textwrap.dedent(
    """
    import os, sys, ctypes, time
    import numpy as np
    import torch

    SIZE = 7

    def attend(Q, K):
        return (Q @ K.transpose(-1, -2)).softmax(-1), "weights"

    def in_place(x, y):
        x += 1
        return x

    def cut(x):
        return x.detach() * 2

    def fails(x):
        return 1 / x

    def prints(x):
        print("a secret input:", x)
        return x

    def remembers(x):
        global SIZE
        SIZE = 8
        return SIZE

    def endless():
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass

    def leaves(): sys.exit("bye")
    def really_leaves(): os._exit(3)
    def crashes(): ctypes.string_at(0)
    def hungry(): raise MemoryError
    def huge(): return torch.zeros(80_000_000, dtype=torch.float64)

    def deep():
        value = []
        for _ in range(1000):
            value = [value]
        return value

    class Weird(Exception):
        def __str__(self): raise RuntimeError

    def weird(): raise Weird

    class Model(torch.nn.Module):
        def __init__(self, n):
            super().__init__()
            self.inner = torch.nn.Linear(n, n)
        def forward(self, x):
            return self.inner(x) + 1
    """
)
FROZEN = (
    "import sys; from attentif.remote import agent\n"
    "names = {'__name__': '__main__'}\n"
    "agent._user_namespace = lambda: names\n"
    "agent.bootstrap()\n"
    "exec(compile(open(sys.argv[1]).read(), '<student>', 'exec'), names)\n"
    "agent.snapshot(sys.argv[2], 'exercise', 'token')\n"
)


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    """A listener with one frozen copy of a process that has run the student's code and is gone."""
    folder = tmp_path_factory.mktemp("student")
    (folder / "student.py").write_text(STUDENT)
    with SnapshotListener.at(folder / "channel" / "s") as listener:
        arguments = [sys.executable, "-c", FROZEN, str(folder / "student.py"), str(listener.address)]
        subprocess.run(arguments, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=120)
        listener.wait_snapshot("exercise", "token", 60)
        yield listener


@pytest.fixture(params=["local", "remote"])
def student(request, frozen):
    if request.param == "local":
        names = {}
        exec(compile(STUDENT, "<student>", "exec"), names)
        yield Student(LocalConnection(names))
    else:
        with frozen.open_session("exercise", time_limit=20) as opened:
            yield opened


def test_values_and_calls(student):
    assert student.SIZE == 7
    Q, K = torch.randn(2, 3, dtype=torch.float64), torch.randn(4, 3, dtype=torch.float64)
    weights, label = student.attend(Q, K)
    assert label == "weights"
    assert torch.equal(weights, (Q @ K.T).softmax(-1))
    assert torch.equal(student.attend(K=K, Q=Q)[0], weights)


def test_arguments_are_never_changed_here(student):
    x = np.zeros(3)
    assert np.array_equal(student.in_place(x, 1), np.ones(3))
    assert np.array_equal(x, np.zeros(3))


def test_objects_stay_there_and_can_be_used(student):
    model = student.Model(3)
    assert type(model) is Handle
    model.load_state_dict({"inner.weight": torch.eye(3), "inner.bias": torch.zeros(3)})
    assert torch.equal(model(torch.ones(1, 3)), torch.full((1, 3), 2.0))
    assert torch.equal(model.inner.weight, torch.eye(3))
    assert type(model.eval()) is Handle


def test_no_private_name_is_ever_asked_for(student):
    model = student.Model(3)
    for name in ("__globals__", "__wrapped__", "_parameters", "__array__", "__torch_function__"):
        with pytest.raises(AttributeError):
            getattr(model, name)
        with pytest.raises(AttributeError):
            getattr(student, name)
    with pytest.raises(ProtocolError):
        student._request({"do": "get", "name": "__builtins__"})
    with pytest.raises(ProtocolError):
        student._request({"do": "attribute", "target": model, "name": "__class__"})
    assert not isinstance(model, torch.Tensor)
    with pytest.raises((TypeError, RuntimeError, ValueError)):
        torch.as_tensor(model)


def test_missing_and_uncallable_names(student):
    with pytest.raises(NameMissing) as caught:
        student.absent(1)
    assert caught.value.name == "absent"
    with pytest.raises(NotCallable):
        student.probe("accepts", "SIZE", 1)


def test_an_exception_is_told_as_text_with_its_line(student):
    with pytest.raises(StudentError) as caught:
        student.fails(0)
    assert caught.value.type == "ZeroDivisionError"
    assert STUDENT.splitlines()[caught.value.line - 1].strip() == "return 1 / x"


@pytest.mark.parametrize(("name", "kind"), [("leaves", "SystemExit"), ("weird", "Weird")])
def test_unusual_exceptions(student, name, kind):
    with pytest.raises(StudentError) as caught:
        getattr(student, name)()
    assert caught.value.type == kind


def test_memory_error(student):
    with pytest.raises(MemoryLimit):
        student.hungry()


@pytest.mark.parametrize("name", ["huge", "deep"])
def test_oversized_replies_are_refused(student, name):
    with pytest.raises(ProtocolError):
        getattr(student, name)()


def probe_call(name, **inputs):
    return {"name": name, "inputs": inputs}


def test_probes(student):
    x = torch.randn(3, dtype=torch.float64)
    assert student.probe("accepts", "attend", 2) is None
    assert student.probe("accepts", "attend", 3) == "(Q, K)"
    assert student.probe("accepts", "Model", 1, 1) is None
    assert student.probe("unchanged", **probe_call("in_place", x=x, y=1)) == ["x"]
    assert student.probe("unchanged", **probe_call("cut", x=x)) == []
    ones = torch.ones(3, dtype=torch.float64)
    (gradient,) = student.probe("gradients", **probe_call("cut", x=x), wrt=["x"], cotangent=ones)
    assert torch.equal(gradient, torch.zeros_like(ones))
    K = torch.randn(4, 3, dtype=torch.float64)
    got = student.probe("gradients", **probe_call("attend", Q=x[None], K=K), wrt=["Q", "K"], cotangent=torch.eye(4)[:1])
    q, k = x[None].clone().requires_grad_(), K.clone().requires_grad_()
    ((q @ k.T).softmax(-1)[0, 0]).backward()
    assert torch.allclose(got[0], q.grad)
    assert torch.allclose(got[1], k.grad)
    shown = student.probe("hook_outputs", **probe_call("Model", x=torch.ones(1, 3)), init={"n": 3})
    assert [name for name, _ in shown] == ["inner"]


def test_layout_changes_nothing_but_strides(student):
    x = torch.arange(6.0).reshape(2, 3)
    assert torch.equal(student.probe("call_laid_out", **probe_call("cut", x=x)), x * 2)
    with pytest.raises(StudentError):
        student.probe("call_laid_out", **probe_call("fails", x=x), state=None, method="absent")


@pytest.mark.parametrize(
    ("name", "error"), [("endless", TimeLimit), ("really_leaves", ProcessDied), ("crashes", ProcessDied)]
)
def test_a_session_that_ends_badly_hurts_no_other(frozen, name, error):
    with pytest.raises(error), frozen.open_session("exercise", time_limit=1) as opened:
        getattr(opened, name)()
    with frozen.open_session("exercise", time_limit=20) as opened:
        assert opened.SIZE == 7


def test_what_a_session_does_is_forgotten(frozen):
    with frozen.open_session("exercise", time_limit=20) as opened:
        assert opened.remembers(1) == 8
        assert opened.SIZE == 8
    with frozen.open_session("exercise", time_limit=20) as opened:
        assert opened.SIZE == 7


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


def test_the_killed_process_is_gone(frozen):
    opened = frozen.open_session("exercise", time_limit=0.5)
    endless = opened.__enter__()
    pid = endless._connection.peer()
    assert alive(pid)
    with pytest.raises(TimeLimit) as caught:
        endless.endless()
    opened.__exit__(caught.type, caught.value, caught.tb)
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(pid)


def test_without_a_snapshot_there_is_no_session(frozen):
    with pytest.raises(SnapshotMissing), frozen.open_session("other", time_limit=1):
        pass


def test_no_call_no_snapshot(tmp_path):
    with SnapshotListener.at(tmp_path / "channel" / "s") as listener, pytest.raises(SnapshotMissing):
        listener.wait_snapshot("exercise", "token", 0.2)


def call_in(path, *messages):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(str(path))
    for message in messages:
        connection.sendall(message)
    return connection


def hung_up(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_junk_calls_are_hung_up_on(tmp_path):
    with SnapshotListener.at(tmp_path / "channel" / "s") as listener:
        junk = [
            call_in(listener.address, message)
            for message in (
                b"GET / HTTP/1.1\r\n\r\n",
                encode([1]),
                encode({"hello": ["snapshot"], "token": 1}),
                b"\xff" * 64,
            )
        ]
        good = call_in(listener.address, encode({"hello": "snapshot", "exercise": "e", "token": "t"}))
        listener.wait_snapshot("e", "t", 5)
        assert all(hung_up(connection) for connection in junk)
        good.close()


def test_a_snapshot_for_another_exercise_is_refused(tmp_path):
    with SnapshotListener.at(tmp_path / "channel" / "s") as listener:
        caller = subprocess.Popen(
            [sys.executable, "-c", "import socket,sys,time\ns=socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n"
             "s.sendall(bytes.fromhex(sys.argv[2]))\ntime.sleep(30)", str(listener.address),
             encode({"hello": "snapshot", "exercise": "other", "token": "t"}).hex()]
        )  # fmt: skip
        with pytest.raises(SnapshotMissing):
            listener.wait_snapshot("e", "t", 10)
        assert caller.wait(10) == -9


def test_a_reply_that_drips_meets_the_deadline():
    ours, theirs = socket.socketpair()

    def drip():
        with contextlib.suppress(OSError):
            theirs.recv(1000)
            for byte in encode("x" * 1000):
                theirs.send(bytes([byte]))
                threading.Event().wait(0.05)

    threading.Thread(target=drip, daemon=True).start()
    with pytest.raises(TimeLimit):
        client.SocketConnection(ours, time_limit=0.5).ask(encode(1))
    ours.close()
