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
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, runtime_checkable

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


@runtime_checkable
class Pipelined(Protocol):
    """A connection that takes several requests at once."""

    def ask_all(self, requests: Sequence[bytes]) -> Iterator[bytes]:
        """Sends all requests, and yields the replies as they come; whoever does not take them all ends the session.
        Raises a RemoteError in the place of the reply that does not come, and of the last where an earlier call is
        found to have taken too long."""


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
        with self._ending_on_error():
            clock = self._clock(self.allowance)
            send(self.socket, request, clock)
            reply, more = receive(self.socket, clock, self.limits)
            if more:
                raise ProtocolError("the process said more than it was asked")
            if self.allowance and (late := clock.used() - self.time_limit) > 0:
                self.overtime(request, late)
            self._check_memory()
        return reply

    def ask_all(self, requests: Sequence[bytes]) -> Iterator[bytes]:
        """As in Pipelined: the process finds the next request waiting when it has answered one, and nobody need be
        woken in between. Each call has the time that it would have alone. All requests together must fit in the
        socket's buffer: a process that waits for us to read would wait for ever. Raises as ``ask``."""
        if self.ended is not None:
            raise SessionClosed(f"the session has ended: {type(self.ended).__name__}")
        late: list[tuple[bytes, float]] = []
        left = len(requests)
        try:
            with self._ending_on_error():
                heard, clock = bytearray(), self._clock(self.allowance)
                send(self.socket, b"".join(requests), clock)
                for request in requests:
                    ready = has_message(heard, self.limits)  # its time counted for the call before, if at all
                    if not ready and left < len(requests):
                        clock = self._clock(max(0.0, self.allowance - sum(seconds for _, seconds in late)))
                    reply, heard = receive(self.socket, clock, self.limits, heard)
                    self._check_memory()
                    if not ready and self.allowance and (seconds := clock.used() - self.time_limit) > 0:
                        late.append((request, seconds))
                    left -= 1
                    if not left:
                        self._judge(heard, late)
                    yield reply
        finally:
            if left and self.ended is None:
                self._end(SessionClosed("not all replies were taken"))

    def _judge(self, more: bytearray, late: list[tuple[bytes, float]]) -> None:
        """After the last reply: that nothing follows, and that calls which took too long are fast when repeated."""
        if more:
            raise ProtocolError("the process said more than it was asked")
        for request, seconds in late:
            if not self.allowance:
                raise TimeLimit(self.time_limit)
            self.overtime(request, seconds)

    def _clock(self, allowance: float) -> CallClock:
        return CallClock(self._peer.pid, self.time_limit + allowance, self.wall_limit)

    def _check_memory(self) -> None:
        if self._most and processes.peak(self._peer.pid) > self._most:
            raise MemoryLimit

    @contextlib.contextmanager
    def _ending_on_error(self) -> Iterator[None]:
        """Whatever is raised within ends the session, and is then what ended it."""
        try:
            yield
        except (TimeLimit, MemoryLimit, ProtocolError) as error:
            self._end(error)
        except (EOFError, OSError):
            self._end(self.explain() or ProcessDied("the process ended in the middle of a call"))
        else:
            return
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


def has_message(heard: bytearray, limits: MessageLimits) -> bool:
    """Whether what was read begins with a whole message; ProtocolError if that is announced as too large."""
    return len(heard) >= HEADER.size and len(heard) >= HEADER.size + sum(sizes(heard[: HEADER.size], limits))


def receive(
    connection: socket.socket, clock: CallClock, limits: MessageLimits, heard: bytearray | None = None
) -> tuple[bytes, bytearray]:
    """A whole message in the clock's time, however slowly it drips, and what was read beyond it; its announced size is
    checked before memory is used. ``heard`` is what was read of it before. Raises TimeLimit, EOFError, OSError or
    ProtocolError."""
    parts = bytearray() if heard is None else heard
    count = _FIRST  # nearly always all of it: one wait instead of two
    if len(parts) >= HEADER.size:
        count = HEADER.size + sum(sizes(parts[: HEADER.size], limits))
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
    return bytes(parts[:count]), parts[count:]


def readable(connections: list[socket.socket], timeout: float) -> list[socket.socket]:
    """Those that have something to read, waiting up to ``timeout`` seconds for one."""
    poll = select.poll()
    by_number = {connection.fileno(): connection for connection in connections}
    for number in by_number:
        poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll(max(0.0, timeout) * 1000)]
