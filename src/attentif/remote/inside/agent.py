"""The agent in a kernel: lines that the grader has it run, frozen copies of the kernel, the sessions forked from them.

Nothing here has to be trustworthy: whatever a hijacked agent answers is data, compared on the other side with values
that never come here. It has to be robust against honest code, however careless. Needs ``fork``: Linux or macOS.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import gc
import os
import random
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from attentif.remote.inside.grade_cells import NoSingleNumber, execute, plain_value
from attentif.remote.inside.service import Agent, Sink, describe
from attentif.remote.wire.codec import HEADER, decode, encode, sizes
from attentif.remote.wire.protocol import MAX_TEXT, OUT_OF_MEMORY

__all__ = ["Agent", "describe"]

# Taken now: a student's helper that shadows or replaces one of these later must not break the agent.
_fork, _exit, _waitpid, _setsid, _dup2 = os.fork, os._exit, os.waitpid, os.setsid, os.dup2
_Socket, _monotonic, _sleep = socket.socket, time.monotonic, time.sleep


def bootstrap() -> None:
    """Imports what snapshots and grade cells will need, before student code can be in the way."""
    import numpy.random  # noqa: F401 (seeds itself when it is first used: all forks shall draw the same numbers)

    with contextlib.suppress(ImportError):
        from IPython.core import inputtransformer2  # noqa: F401


def run_cell(path: str, nonce: str, source: str) -> None:
    """Runs a grade cell that awaits nothing, as `run_awaiting_cell` does."""
    running = run_awaiting_cell(path, nonce, source)
    with contextlib.suppress(StopIteration):
        running.send(None)
        running.close()  # it did await something: whoever asked did not think so


async def run_awaiting_cell(path: str, nonce: str, source: str) -> None:
    """Runs a grade cell in the notebook's namespace, without the transformers and hooks that student code may have
    put on IPython, and reports over a connection of its own: the nonce shows that this very run came to its end."""
    outcome: dict[str, Any] = {"hello": "cell", "nonce": nonce, "value": None, "shown": None, "error": None}
    try:
        value = await execute(source, f"<ipython-input-{nonce[:8]}>", user_namespace(), _shell())
        outcome["shown"] = None if value is None else repr(value)[:MAX_TEXT]
        try:
            outcome["value"] = plain_value(value)
        except NoSingleNumber:
            outcome["numeric"] = True
    except BaseException as error:
        outcome["error"] = describe(error)
    with contextlib.suppress(OSError):
        connection = _connect(path, timeout=5.0)
        connection.sendall(encode(outcome))
        connection.close()


def _shell() -> Any:
    """IPython's shell; None where there is none."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()


def user_namespace() -> dict[str, Any]:
    """The notebook's names; those of ``__main__`` where there is no IPython."""
    shell = _shell()
    return vars(sys.modules["__main__"]) if shell is None else shell.user_ns


# ---------------------------------------------------------------------------------------------------------------
# Frozen copies


def snapshot(path: str, exercise: str, token: str) -> None:
    """Forks a frozen copy of this process that waits for the grader at the socket ``path``. Returns at once in the
    original; never returns in the copy. Must run in the main thread."""
    _freeze(path, exercise, token, Agent(user_namespace()))


def _freeze(path: str, exercise: str, token: str, agent: Agent) -> None:
    """A frozen copy of this process; ``agent`` goes on in those of its sessions that are to know its objects."""
    drawn = random.getstate()
    if _fork() != 0:
        return
    try:
        random.setstate(drawn)
        _detach()
        connection = _connect(path)
        connection.sendall(encode({"hello": "snapshot", "exercise": exercise, "token": token}))
        gc.freeze()  # the sessions' collections must not touch, hence copy, every inherited page
        _serve_snapshot(connection, path, agent)
    except BaseException:
        pass  # the grader sees the connection close, and says so
    finally:
        _exit(0)


def _serve_snapshot(connection: socket.socket, path: str, agent: Agent) -> None:
    """Forks a session for each request until the grader hangs up; tells how a session ended when asked."""
    endings: dict[int, int] = {}
    while (request := _receive(connection)) is not None:
        asked = decode(request)
        _reap(endings)
        if asked["do"] == "fork":
            served = agent if asked["objects"] else Agent(agent.namespace)
            reply: dict[str, Any] = _fork_session(connection, path, str(asked["token"]), served)
        else:
            reply = {"status": _ending(asked["pid"], endings)}
        connection.sendall(encode(reply))


def _fork_session(connection: socket.socket, path: str, token: str, agent: Agent) -> dict[str, Any]:
    try:
        drawn = random.getstate()
        pid = _fork()
    except OSError as error:  # no process or no memory left
        return {"error": str(error)}
    if pid == 0:
        code = 1
        try:
            connection.close()
            random.setstate(drawn)  # Python seeds it anew after each fork; checks are to repeat themselves
            _serve_session(path, token, agent)
            code = 0
        except MemoryError:
            code = OUT_OF_MEMORY
        finally:
            _exit(code)
    return {"pid": pid}


def _serve_session(path: str, token: str, agent: Agent) -> None:
    _setsid()
    _die_with_parent()
    connection = _connect(path)
    connection.sendall(encode({"hello": "session", "token": token}))
    agent.begin()
    agent.freeze = lambda exercise, token: _freeze(path, exercise, token, agent)
    while (request := _receive(connection)) is not None:
        connection.sendall(agent.handle(request))


def _reap(endings: dict[int, int]) -> None:
    with contextlib.suppress(OSError):
        while True:
            pid, status = _waitpid(-1, os.WNOHANG)
            if not pid:
                return
            endings[pid] = status


def _ending(pid: Any, endings: dict[int, int], patience: float = 1.0) -> int | None:
    """The wait status of a session, once it has ended; None if it has not in ``patience`` seconds."""
    deadline = _monotonic() + patience
    while pid not in endings and _monotonic() < deadline:
        _sleep(0.002)
        _reap(endings)
    return endings.get(pid)


def _detach() -> None:
    """Cuts a fresh fork off from the kernel: its own session, default signals, no tracing, no inherited files, no way
    to the notebook's outputs."""
    _setsid()
    sys.settrace(None)
    sys.setprofile(None)
    _default_signals()
    _replace_files()
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdin = open(os.devnull)  # noqa: SIM115
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Sink()  # type: ignore[misc, assignment]
    builtins.input = _no_input
    _mute_ipython()
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)  # the threads of a pool do not survive a fork


def _default_signals() -> None:
    signal.set_wakeup_fd(-1)
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _replace_files() -> None:
    """Puts /dev/null in the place of every open file. The numbers stay taken: an inherited object that closes "its"
    file when it is collected must not close one of ours."""
    null = os.open(os.devnull, os.O_RDWR)
    try:
        numbers = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        numbers = [number for number in range(4096) if _is_open(number)]
    for number in {0, 1, 2, *numbers} - {null}:
        with contextlib.suppress(OSError):
            _dup2(null, number, inheritable=number <= 2)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _no_input(*_: object) -> str:
    raise EOFError("no input while code is checked")


def _mute_ipython() -> None:
    """``display(...)`` in a check goes nowhere: the channels belong to the kernel."""
    with contextlib.suppress(Exception):
        from IPython import get_ipython

        shell = get_ipython()
        if shell is not None:
            nothing: Callable[..., None] = lambda *_, **__: None  # noqa: E731
            shell.display_pub.publish = shell.display_pub.clear_output = nothing


def _find_prctl() -> Callable[..., int] | None:
    try:
        return ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None


_prctl = _find_prctl()


def _die_with_parent() -> None:
    if _prctl is not None:
        _prctl(1, int(signal.SIGKILL), 0, 0, 0)  # PR_SET_PDEATHSIG


def _connect(path: str, timeout: float | None = None) -> socket.socket:
    connection = _Socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    connection.connect(path)
    return connection


def _receive(connection: socket.socket) -> bytes | None:
    """The next message; None when the other side has hung up."""
    header = _read_exactly(connection, HEADER.size)
    if header is None:
        return None
    body = _read_exactly(connection, sum(sizes(header)))
    return None if body is None else header + body


def _read_exactly(connection: socket.socket, count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(1 << 20, count - len(parts)))
        if not part:
            return None
        parts += part
    return bytes(parts)
