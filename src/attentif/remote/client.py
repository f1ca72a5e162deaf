"""The trusted side: ``student.name(...)`` on code that lives elsewhere, and the socket where its processes call in."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from attentif.remote.agent import Agent
from attentif.remote.codec import DEFAULT_LIMITS, HEADER, Limits, decode, encode, sizes
from attentif.remote.errors import (
    MemoryLimit,
    NameMissing,
    NotCallable,
    ProcessDied,
    ProtocolError,
    RemoteError,
    SnapshotMissing,
    StudentError,
    TimeLimit,
)

_CREDENTIALS = struct.Struct("3i")
_HELLO_LIMITS = Limits(bytes=65_536, tree_bytes=65_536, depth=8, nodes=100, tensors=0)


class Connection(Protocol):
    """Something that answers a request with a reply."""

    def ask(self, request: bytes) -> bytes:
        """Sends a request and returns the reply, or raises a RemoteError."""


class LocalConnection:
    """A namespace of this very process, spoken to through the same agent and codec as a remote one."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._agent = Agent(namespace, forward=True)

    def ask(self, request: bytes) -> bytes:
        """The agent's reply."""
        return self._agent.handle(request)


class Handle:
    """An object that stayed in the student's process: it can be called and its public attributes read, no more."""

    def __init__(self, student: Student, number: int, is_callable: bool) -> None:
        self._student, self._number, self._callable = student, number, is_callable

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._student._request({"do": "call", "target": self, "args": args, "kwargs": kwargs})

    def __getattr__(self, name: str) -> Any:
        # Look-ups such as __array__ or __torch_function__, made by libraries on any object, go nowhere.
        if name.startswith("_"):
            raise AttributeError(name)
        return self._student._request({"do": "attribute", "target": self, "name": name})

    def __repr__(self) -> str:
        return f"<handle {self._number}>"


class Student:
    """The student's names as attributes: values arrive as plain values, everything else as a Handle."""

    def __init__(self, connection: Connection, limits: Limits = DEFAULT_LIMITS) -> None:
        self._connection, self._limits = connection, limits

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._request({"do": "get", "name": name})

    def probe(self, probe: str, *args: Any, **kwargs: Any) -> Any:
        """Runs a probe of ``attentif.remote.probes`` beside the student's code."""
        return self._request({"do": "probe", "name": probe, "args": args, "kwargs": kwargs})

    def _request(self, asked: dict[str, Any]) -> Any:
        reply = decode(self._connection.ask(encode(asked, _handle_number)), self._make_handle, self._limits)
        if not isinstance(reply, dict):
            raise ProtocolError("the reply is not one")
        if "value" in reply:
            return reply["value"]
        raise _failure(reply)

    def _make_handle(self, number: int, is_callable: bool) -> Handle:
        return Handle(self, number, is_callable)


def _handle_number(value: Any) -> int:
    if type(value) is Handle:
        return int(value._number)
    raise ProtocolError(f"a value of type {type(value).__name__} cannot be sent to the student's code")


def _failure(reply: dict[Any, Any]) -> RemoteError:
    kind, text = reply.get("failure"), lambda key: str(reply.get(key, ""))[:4000]
    if kind == "memory":
        return MemoryLimit()
    if kind == "NameMissing":
        return NameMissing(text("name"))
    if kind == "NotCallable":
        return NotCallable(text("name"))
    if kind == "exception":
        line = reply.get("line")
        number = line if type(line) is int and 0 <= line < 1_000_000 else 0
        return StudentError(text("type"), text("message"), number, text("cell"), text("traceback"))
    return ProtocolError(text("message") or "the reply is not one")


class SocketConnection:
    """A process at the other end of a unix socket. Each reply has ``time_limit`` seconds, all of it."""

    def __init__(self, connection: socket.socket, time_limit: float, limits: Limits = DEFAULT_LIMITS) -> None:
        self.socket, self.time_limit, self.limits = connection, time_limit, limits
        self.explain_death: Callable[[], RemoteError] | None = None
        self.timed_out = False

    def ask(self, request: bytes) -> bytes:
        """Sends and waits; TimeLimit, ProcessDied (or what ``explain_death`` makes of it), or ProtocolError."""
        deadline = monotonic() + self.time_limit
        try:
            self.socket.settimeout(self.time_limit)
            self.socket.sendall(request)
            return receive(self.socket, deadline, self.limits)
        except TimeoutError:
            self.timed_out = True
            raise TimeLimit(self.time_limit) from None
        except (OSError, ProcessDied) as error:
            raise (self.explain_death() if self.explain_death else ProcessDied(str(error))) from None

    def peer(self) -> int:
        """The process at the other end, as the system tells it (0 if unknown)."""
        raw = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        return int(_CREDENTIALS.unpack(raw)[0])

    def kill(self) -> None:
        """Kills the process at the other end and hangs up."""
        pid = self.peer()
        if pid > 1 and pid != os.getpid():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self.socket.close()


def receive(connection: socket.socket, deadline: float, limits: Limits) -> bytes:
    """A whole message, before ``deadline`` however slowly it drips; its announced size is checked before memory is
    used. Raises TimeoutError, ProcessDied or ProtocolError."""
    header = _read_exactly(connection, HEADER.size, deadline)
    return header + _read_exactly(connection, sum(sizes(header, limits)), deadline)


def _read_exactly(connection: socket.socket, count: int, deadline: float) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        left = deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        part = connection.recv(min(1 << 20, count - len(parts)))
        if not part:
            raise ProcessDied("the process ended in the middle of a call")
        parts += part
    return bytes(parts)


@dataclass(frozen=True)
class CellResult:
    """How a hand-written grade cell went: the repr of its last line's value (None: no value), or its exception."""

    shown: str | None
    error: StudentError | None


@dataclass
class SnapshotListener:
    """The socket that frozen kernels and their sessions call. It listens; nothing is ever run from what arrives.

    ``address`` is the socket's path as the kernel sees it, which in a sandbox is not the path that it has here.
    """

    server: socket.socket
    address: str
    max_pending: int = 64
    lost: dict[str, float] = field(default_factory=dict)
    _snapshots: dict[str, SocketConnection] = field(default_factory=dict)
    _waiting: dict[tuple[str, str], tuple[SocketConnection, dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def at(cls, path: Path) -> SnapshotListener:
        """A listener at ``path``, in a folder that is made for this user alone."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(str(path))
        server.listen(16)
        return cls(server, str(path))

    def __enter__(self) -> SnapshotListener:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in [*self._snapshots.values(), *(c for c, _ in self._waiting.values())]:
            with contextlib.suppress(OSError):
                connection.kill()
        self.server.close()

    def wait_snapshot(self, exercise: str, token: str, timeout: float) -> None:
        """Waits until the frozen copy announced by ``token`` has called; SnapshotMissing if it does not."""
        connection, hello = self._wait("snapshot", token, timeout)
        if hello.get("exercise") != exercise:
            connection.kill()
            raise SnapshotMissing(exercise)
        self._snapshots[exercise] = connection

    def wait_cell(self, nonce: str, timeout: float) -> CellResult:
        """Waits for the report of a grade cell; SnapshotMissing if it does not come."""
        connection, hello = self._wait("cell", nonce, timeout)
        connection.socket.close()
        error, shown = hello.get("error"), hello.get("shown")
        found = _failure({"failure": "exception", **error}) if isinstance(error, dict) else None
        assert found is None or isinstance(found, StudentError)
        return CellResult(str(shown)[:4000] if shown is not None else None, found)

    @contextlib.contextmanager
    def open_session(self, exercise: str, *, time_limit: float, start_limit: float = 10.0) -> Iterator[Student]:
        """A fresh fork of the exercise's frozen copy, killed at the end. Raises SnapshotMissing if there is none. What
        its calls lose to the time limit is added to ``lost[exercise]``."""
        snapshot = self._snapshots.get(exercise)
        if snapshot is None:
            raise SnapshotMissing(exercise)
        token = secrets.token_hex(16)
        pid = self._control(snapshot, {"do": "fork", "token": token}, start_limit).get("pid")
        session, _ = self._wait("session", token, start_limit)
        session.time_limit = time_limit
        session.explain_death = lambda: self._explain_death(snapshot, pid)
        try:
            yield Student(session)
        finally:
            session.kill()
            if session.timed_out:
                self.lost[exercise] = self.lost.get(exercise, 0.0) + time_limit

    def _control(self, snapshot: SocketConnection, asked: dict[str, Any], limit: float) -> dict[str, Any]:
        snapshot.time_limit = limit
        try:
            reply = decode(snapshot.ask(encode(asked)), None, _HELLO_LIMITS)
        except RemoteError as error:
            raise SnapshotMissing(str(error)) from None
        return reply if isinstance(reply, dict) else {}

    def _explain_death(self, snapshot: SocketConnection, pid: Any) -> RemoteError:
        """What the frozen copy says of its fork's end; it may lie, and only a message hangs on it."""
        with contextlib.suppress(RemoteError):
            status = self._control(snapshot, {"do": "status", "pid": pid}, 2.0).get("status")
            if type(status) is int:
                if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 77:
                    return MemoryLimit()
                if os.WIFSIGNALED(status):
                    return ProcessDied(f"signal {os.WTERMSIG(status)}")
                return ProcessDied(f"exit status {os.waitstatus_to_exitcode(status)}")
        return ProcessDied("the process ended in the middle of a call")

    def _wait(self, kind: str, token: str, timeout: float) -> tuple[SocketConnection, dict[str, Any]]:
        deadline = monotonic() + timeout
        while (kind, token) not in self._waiting:
            left = deadline - monotonic()
            if left <= 0:
                raise SnapshotMissing(f"no {kind} called in {timeout:g} s")
            self._accept(left)
        return self._waiting.pop((kind, token))

    def _accept(self, timeout: float) -> None:
        """Takes one call; whoever does not say who he is at once, or is one too many, is hung up on."""
        self.server.settimeout(timeout)
        try:
            raw, _ = self.server.accept()
        except TimeoutError:
            return
        connection = SocketConnection(raw, timeout)
        try:
            hello = decode(receive(raw, monotonic() + min(timeout, 2.0), _HELLO_LIMITS), None, _HELLO_LIMITS)
            kind = hello["hello"]
            token = hello["nonce" if kind == "cell" else "token"]
            if not isinstance(kind, str) or not isinstance(token, str) or len(self._waiting) >= self.max_pending:
                raise ProtocolError("an unwanted call")
        except (RemoteError, OSError, KeyError, TypeError):
            raw.close()
            return
        self._waiting[kind, token] = (connection, hello)
