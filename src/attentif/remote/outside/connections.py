"""Reaching an agent at the other end of a unix socket.

Every read has a deadline, and no memory is used on the word of the other side.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
from collections.abc import Callable
from typing import Protocol

from attentif.kernels.shared import processes
from attentif.remote.outside.clock import WALL_FACTOR, CallClock
from attentif.remote.wire.codec import DEFAULT_LIMITS, HEADER, MessageLimits, sizes
from attentif.remote.wire.errors import MemoryLimit, ProcessDied, ProtocolError, RemoteError, SessionClosed, TimeLimit

_CREDENTIALS = struct.Struct("3i")
_CHUNK = 1 << 20  # bytes
_FIRST = 1 << 16


class Connection(Protocol):
    """Something that answers a request with a reply."""

    def ask(self, request: bytes) -> bytes:
        """Sends a request and returns the reply, or raises a RemoteError."""

    def limit_memory(self, more: int) -> None:
        """Sees to it that the code that answers holds at most ``more`` bytes beyond what it holds now."""


class SocketConnection:
    """A process at the other end of a unix socket. A request and its reply have ``time_limit`` seconds of CPU together,
    and ``wall_limit`` seconds by the clock on the wall.

    ``allowance`` is what one call may take beyond ``time_limit``, in seconds of CPU; ``overtime`` is then told of the
    request and of what it took too much, and raises TimeLimit if that was not to be.

    Whatever ends the conversation kills the process; ``ended`` is then the error that said so. ``explain`` makes a
    better error of a connection that closed, if somebody knows how the process ended.
    """

    def __init__(self, connection: socket.socket, time_limit: float, limits: MessageLimits = DEFAULT_LIMITS) -> None:
        self.socket, self.time_limit, self.limits = connection, time_limit, limits
        self.wall_limit, self.allowance = WALL_FACTOR * time_limit, 0.0
        self.overtime: Callable[[bytes, float], None] = lambda _request, _seconds: None
        self.ended: RemoteError | None = None
        self.explain: Callable[[], RemoteError | None] = lambda: None
        self._peer = _Peer(connection)
        self._most = 0  # bytes in RAM that it may have had; 0: as many as it likes

    def ask(self, request: bytes) -> bytes:
        """Sends and waits. Raises TimeLimit, ProcessDied, MemoryLimit or ProtocolError, then SessionClosed."""
        if self.ended is not None:
            raise SessionClosed(f"the session has ended: {type(self.ended).__name__}")
        clock = CallClock(self._peer.pid, self.time_limit + self.allowance, self.wall_limit)
        try:
            send(self.socket, request, clock)
            reply = receive(self.socket, clock, self.limits)
            if self.allowance and clock.used() > self.time_limit:
                self.overtime(request, clock.used() - self.time_limit)
            if self._most and processes.peak(self._peer.pid) > self._most:
                raise MemoryLimit
            return reply
        except (TimeLimit, MemoryLimit) as error:
            self._end(error)
        except (EOFError, OSError):
            self._end(self.explain() or ProcessDied("the process ended in the middle of a call"))
        except ProtocolError as error:
            self._end(error)
        assert self.ended is not None
        raise self.ended

    def peer(self) -> int:
        """The process at the other end, as the system tells it (0 if unknown)."""
        return self._peer.pid

    def limit_memory(self, more: int) -> None:
        """Lets the process at the other end hold ``more`` bytes of data beyond what it holds now, and never again more:
        what it asks for beyond that fails there. Where the system does not let us limit it (another user's process), a
        call after which it has held more is a MemoryLimit. Does nothing if the process has ended."""
        try:
            self._peer.limit_memory(more)
        except PermissionError:
            self._most = processes.peak(self._peer.pid) + more

    def kill(self) -> None:
        """Kills the process at the other end and hangs up; a second time nothing happens."""
        if self.ended is None:
            self.ended = SessionClosed("closed by this side")
        self._peer.kill()
        self.socket.close()

    def _end(self, error: RemoteError) -> None:
        self.ended = error
        self.kill()


class _Peer:
    """The process that made a connection. Held by a file descriptor, so that a number that has come to mean another
    process is never killed."""

    def __init__(self, connection: socket.socket) -> None:
        self.pid, self._descriptor = 0, -1
        with contextlib.suppress(OSError, AttributeError, struct.error):
            raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            pid, uid, _ = _CREDENTIALS.unpack(raw)
            if pid <= 1 or pid == os.getpid():
                return
            descriptor = os.pidfd_open(pid)
            if _user_of(pid) == uid:
                self.pid, self._descriptor = pid, descriptor
            else:
                os.close(descriptor)

    def limit_memory(self, more: int) -> None:
        import resource  # which Windows does not have, nor any process at the other end of a socket

        if self._descriptor < 0:
            return
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            limit = processes.writable(self.pid) + more
            signal.pidfd_send_signal(self._descriptor, 0)  # the number still means this process
            resource.prlimit(self.pid, resource.RLIMIT_DATA, (limit, limit))

    def kill(self) -> None:
        if self._descriptor < 0:
            return
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            if os.getpgid(self.pid) == self.pid:  # a session leader: what it has started goes too
                os.killpg(self.pid, signal.SIGKILL)
        os.close(self._descriptor)
        self._descriptor = -1


def _user_of(pid: int) -> int:
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("Uid:"):
                return int(line.split()[2])
    return -1


def send(connection: socket.socket, message: bytes, clock: CallClock) -> None:
    """Sends all of a message in the clock's time; TimeLimit or OSError."""
    rest = memoryview(message)
    while rest:
        connection.settimeout(clock.patience())
        with contextlib.suppress(TimeoutError):
            rest = rest[connection.send(rest) :]


def receive(connection: socket.socket, clock: CallClock, limits: MessageLimits) -> bytes:
    """A whole message in the clock's time, however slowly it drips; its announced size is checked before memory is
    used. Raises TimeLimit, EOFError, OSError or ProtocolError."""
    parts, count = bytearray(), _FIRST  # nearly always all of it: one wait instead of two
    while len(parts) < count:
        connection.settimeout(clock.patience())
        try:
            part = connection.recv(min(_CHUNK, count - len(parts)))
        except TimeoutError:
            continue
        if not part:
            raise EOFError
        parts += part
        if count == _FIRST and len(parts) >= HEADER.size:
            count = HEADER.size + sum(sizes(parts[: HEADER.size], limits))
    if len(parts) > count:
        raise ProtocolError("the process said more than it was asked")
    return bytes(parts)


def readable(connections: list[socket.socket], timeout: float) -> list[socket.socket]:
    """Those that have something to read, waiting up to ``timeout`` seconds for one."""
    poll = select.poll()
    by_number = {connection.fileno(): connection for connection in connections}
    for number in by_number:
        poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll(max(0.0, timeout) * 1000)]
