"""The socket that frozen kernels, their sessions and grade cells call. Nothing that arrives is ever executed."""

from __future__ import annotations

import contextlib
import functools
import math
import os
import secrets
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from attentif.remote.outside.clock import WALL_FACTOR
from attentif.remote.outside.connections import SocketConnection, readable
from attentif.remote.outside.student import Student, student_error
from attentif.remote.wire.codec import DEFAULT_LIMITS, HEADER, MessageLimits, decode, encode, sizes
from attentif.remote.wire.errors import (
    MemoryLimit,
    ProcessDied,
    ProtocolError,
    RemoteError,
    SnapshotMissing,
    StudentError,
    TimeLimit,
)
from attentif.remote.wire.protocol import OUT_OF_MEMORY

_HELLO_LIMITS = MessageLimits(bytes=256 * 1024, tree_bytes=256 * 1024, depth=4, nodes=100, tensors=0, string=16_384)
_HELLO_PATIENCE = 5.0  # seconds that a caller has to say who it is
_KINDS = {"snapshot": "token", "session": "token", "cell": "nonce"}
FIRST_CALL = 2.0  # times its limit that a call may take beyond it, where the next one is fast
_LONGEST_PATH = 100  # bytes: the system's bound on the address of a unix socket is 108 or 104


@dataclass(frozen=True)
class CellResult:
    """How a hand-written grade cell went: ``shown``, the repr of its last line's value (None: no value), ``value``
    itself where it is a bool, number or string (``numeric``: it is numeric, but no single number), or its exception."""

    shown: str | None
    error: StudentError | None
    value: bool | int | float | str | None = None
    numeric: bool = False


@dataclass
class _Caller:
    """A connection that has not yet said all of its first message."""

    socket: socket.socket
    deadline: float
    heard: bytearray = field(default_factory=bytearray)

    def hello(self) -> dict[Any, Any] | None:
        """Reads what is there; the first message once it is complete. ProtocolError, EOFError or OSError for junk."""
        part = self.socket.recv(self._missing(), socket.MSG_DONTWAIT)
        if not part:
            raise EOFError
        self.heard += part
        if self._missing():
            return None
        hello = decode(self.heard, None, _HELLO_LIMITS)
        if type(hello) is not dict:
            raise ProtocolError("not a first message")
        return hello

    def _missing(self) -> int:
        """Bytes still to come: of the header, then of the whole message."""
        if len(self.heard) < HEADER.size:
            return HEADER.size - len(self.heard)
        return HEADER.size + sum(sizes(self.heard[: HEADER.size], _HELLO_LIMITS)) - len(self.heard)


class SnapshotListener:
    """What frozen kernels and their sessions call: a listening unix socket, ``server``. It works only inside its
    ``wait_…`` and ``open_session`` calls; there is no thread.

    ``address`` is the socket's path as the kernel sees it, which in a sandbox is not the path that it has here.
    ``lost`` counts the seconds that each exercise has lost to time limits. A call may take ``wall_factor`` times its
    limit on CPU by the clock on the wall. A first call may be slow (a compilation, an import): calls may take
    ``first_call`` times their limit beyond it, all of an exercise's together, as long as they are fast when repeated.
    """

    def __init__(
        self,
        server: socket.socket,
        address: str,
        *,
        max_pending: int = 64,
        limits: MessageLimits = DEFAULT_LIMITS,
        wall_factor: float = WALL_FACTOR,
        first_call: float = FIRST_CALL,
    ) -> None:
        self.server, self.address, self.lost = server, address, dict[str, float]()
        self._max_pending, self._limits = max_pending, limits
        self._wall_factor, self._first_call = wall_factor, first_call
        self._overtime: dict[str, float] = {}  # by exercise: seconds of CPU that slow first calls have taken
        self._cold: list[SocketConnection] = []  # copies that another one, frozen after such a call, has replaced
        self._warm_hidden: dict[str, SocketConnection] = {}  # by exercise: copies that have seen a hidden input
        self._callers: list[_Caller] = []
        self._arrived: dict[tuple[str, str], tuple[SocketConnection, dict[Any, Any]]] = {}
        self._snapshots: dict[str, SocketConnection] = {}
        self._path: Path | None = None
        server.setblocking(False)

    @classmethod
    def at(cls, path: str | os.PathLike[str], **options: Any) -> SnapshotListener:
        """A listener at ``path``, in a folder that is made for this user alone. ValueError for a path too long."""
        place = Path(path)
        if len(os.fsencode(place)) > _LONGEST_PATH:
            raise ValueError(f"{place}: too long for a socket; set TMPDIR to a shorter folder")
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(str(place))
        os.chmod(place, 0o600)
        server.listen(64)
        listener = cls(server, str(place), **options)
        listener._path = place
        return listener

    def __enter__(self) -> SnapshotListener:
        return self

    def __exit__(self, *_: object) -> None:
        copies = (*self._snapshots.values(), *self._warm_hidden.values(), *self._cold)
        for connection in (*copies, *(c for c, _ in self._arrived.values())):
            connection.kill()
        for caller in self._callers:
            caller.socket.close()
        self._snapshots.clear()
        self._warm_hidden.clear()
        self._arrived.clear()
        self._callers.clear()
        self.server.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def wait_snapshot(self, exercise: str, token: str, timeout: float = 10.0) -> None:
        """Waits until the frozen copy announced by ``token`` has called; SnapshotMissing if it does not."""
        connection, hello = self._wait("snapshot", token, timeout)
        if hello.get("exercise") != exercise:
            connection.kill()
            raise SnapshotMissing(exercise)
        former = self._snapshots.pop(exercise, None)
        if former is not None:
            former.kill()
        self._snapshots[exercise] = connection

    def wait_cell(self, nonce: str, timeout: float = 10.0) -> CellResult:
        """Waits for the report of a grade cell; SnapshotMissing if it does not come."""
        connection, hello = self._wait("cell", nonce, timeout)
        connection.socket.close()  # the caller is the kernel itself: it is not killed
        error, shown, value = hello.get("error"), hello.get("shown"), hello.get("value")
        return CellResult(
            shown[:4000] if type(shown) is str else None,
            student_error(error) if type(error) is dict else None,
            value if type(value) in (bool, int, float, str) else None,
            hello.get("numeric") is True,
        )

    @contextlib.contextmanager
    def open_session(
        self,
        exercise: str,
        *,
        time_limit: float = 10.0,
        start_limit: float = 30.0,
        hidden: bool = False,
        patient: bool = True,
    ) -> Iterator[Student]:
        """A fresh fork of the exercise's frozen copy, killed at the end. ``time_limit`` seconds of CPU are allowed to
        each call; one call lost to a limit adds them to ``lost[exercise]``. Raises SnapshotMissing if there is no
        frozen copy or it cannot be forked.

        hidden: the session meets hidden inputs; what a slow first call leaves behind then serves hidden sessions only.
        patient: whether a slow first call is allowed; not where the time itself is judged, since an answer that
        remembers its inputs is always fast when it is asked again."""
        snapshot = (self._warm_hidden.get(exercise) if hidden else None) or self._snapshots.get(exercise)
        if snapshot is None:
            raise SnapshotMissing(f"no frozen copy for {exercise}")
        session = self._fork(snapshot, time_limit, start_limit)
        if patient:
            session.allowance = max(0.0, self._first_call * time_limit - self._overtime.get(exercise, 0.0))
        copies = self._warm_hidden if hidden else self._snapshots
        session.overtime = functools.partial(self._judge_overtime, exercise, copies, session, start_limit)
        try:
            yield Student(session, self._limits)
        finally:
            if isinstance(session.ended, TimeLimit):
                self.lost[exercise] = self.lost.get(exercise, 0.0) + time_limit
                if not session.ended.wall:
                    self._overtime[exercise] = math.inf
            session.kill()

    def _fork(
        self, snapshot: SocketConnection, time_limit: float, start_limit: float, *, objects: bool = False
    ) -> SocketConnection:
        """A session with a fork of a frozen copy; ``objects``: with those that the copied session has handed out."""
        token = secrets.token_hex(16)
        pid = _control(snapshot, {"do": "fork", "token": token, "objects": objects}, start_limit).get("pid")
        if type(pid) is not int:
            raise SnapshotMissing("the frozen copy could not be forked")
        session, _ = self._wait("session", token, start_limit)
        session.time_limit, session.limits = time_limit, self._limits
        session.wall_limit = self._wall_factor * time_limit
        session.explain = lambda: _explain_end(snapshot, pid, time_limit)
        return session

    def _judge_overtime(
        self,
        exercise: str,
        copies: dict[str, SocketConnection],
        session: SocketConnection,
        start_limit: float,
        request: bytes,
        seconds: float,
    ) -> None:
        """A call took too long by ``seconds``. It is repeated in a frozen copy of what the call has left behind; if it
        is fast there, that copy joins ``copies``, from which later sessions are forked, so that they need not pay
        again. Else TimeLimit."""
        self._overtime[exercise] = self._overtime.get(exercise, 0.0) + seconds
        token = secrets.token_hex(16)
        try:
            session.allowance = 0.0
            session.ask(encode({"do": "freeze", "exercise": exercise, "token": token}))
            warm, _ = self._wait("snapshot", token, start_limit)
            self._cold.append(warm)
            again = self._fork(warm, session.time_limit, start_limit, objects=True)
            try:
                again.ask(request)
            finally:
                again.kill()
        except RemoteError:
            raise TimeLimit(session.time_limit) from None
        self._cold.remove(warm)
        self._cold += filter(None, [copies.get(exercise)])
        copies[exercise] = warm
        session.allowance = max(0.0, self._first_call * session.time_limit - self._overtime[exercise])

    def _wait(self, kind: str, token: str, timeout: float) -> tuple[SocketConnection, dict[Any, Any]]:
        deadline = monotonic() + timeout
        while (kind, token) not in self._arrived:
            left = deadline - monotonic()
            if left <= 0:
                raise SnapshotMissing(f"no {kind} called in {timeout:g} s")
            self._listen(min(left, 0.5))
        return self._arrived.pop((kind, token))

    def _listen(self, timeout: float) -> None:
        """Takes calls and what callers say; whoever is silent for long, says junk or is one too many is hung up on."""
        callers = {caller.socket: caller for caller in self._callers}
        for ready in readable([self.server, *callers], timeout):
            if ready is self.server:
                self._accept()
            else:
                self._hear(callers[ready])
        for caller in [c for c in self._callers if c.deadline < monotonic()]:
            self._drop(caller)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            raw, _ = self.server.accept()
            if len(self._callers) >= self._max_pending:
                self._drop(self._callers[0])
            self._callers.append(_Caller(raw, monotonic() + _HELLO_PATIENCE))

    def _hear(self, caller: _Caller) -> None:
        try:
            hello = caller.hello()
            if hello is None:
                return
            kind = hello.get("hello")
            token = hello.get(_KINDS.get(kind, "")) if type(kind) is str else None
            if type(kind) is not str or type(token) is not str:
                raise ProtocolError("not a first message")
            if (kind, token) in self._arrived or len(self._arrived) >= self._max_pending:
                raise ProtocolError("an unwanted call")
        except BlockingIOError:
            return
        except (RemoteError, EOFError, OSError):
            self._drop(caller)
            return
        self._callers.remove(caller)
        self._arrived[kind, token] = SocketConnection(caller.socket, 10.0), hello

    def _drop(self, caller: _Caller) -> None:
        if caller in self._callers:
            self._callers.remove(caller)
        caller.socket.close()


def _control(snapshot: SocketConnection, asked: dict[str, Any], limit: float) -> dict[Any, Any]:
    """A frozen copy's answer. It may lie: only a message hangs on it. SnapshotMissing if it does not answer."""
    snapshot.time_limit, snapshot.wall_limit, snapshot.limits = limit, limit, _HELLO_LIMITS
    try:
        reply = decode(snapshot.ask(encode(asked)), None, _HELLO_LIMITS)
    except RemoteError as error:
        raise SnapshotMissing(f"the frozen copy does not answer: {error}") from None
    return reply if type(reply) is dict else {}


def _explain_end(snapshot: SocketConnection, pid: int, time_limit: float) -> RemoteError | None:
    """How a session ended, from its wait status as the frozen copy tells it."""
    with contextlib.suppress(RemoteError):
        status = _control(snapshot, {"do": "status", "pid": pid}, 3.0).get("status")
        if type(status) is int and 0 <= status < 65536:
            return _ending(status, time_limit)
    return None


def _ending(status: int, time_limit: float) -> RemoteError:
    if os.WIFEXITED(status):
        code = os.WEXITSTATUS(status)
        return MemoryLimit() if code == OUT_OF_MEMORY else ProcessDied(f"exit code {code}")
    number = os.WTERMSIG(status)
    if number == signal.SIGKILL:  # not by us: what watches over memory kills so, inside a sandbox or out
        return MemoryLimit()
    if number == signal.SIGXCPU:
        return TimeLimit(time_limit)
    name = signal.Signals(number).name if number in signal.valid_signals() else str(number)
    return ProcessDied(f"signal {name}")
