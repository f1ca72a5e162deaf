"""JSON messages over a Unix sequenced-packet socket, with file descriptors beside them."""

from __future__ import annotations

import array
import json
import socket
from typing import Any

MAX_MESSAGE = 160 * 1024  # bytes: below the system's default bound of a packet
MAX_FDS = 64


def send(connection: socket.socket, message: dict[str, Any], fds: list[int] | None = None) -> None:
    """Sends one message; ValueError when it is too long, OSError when nobody listens."""
    data = json.dumps(message, separators=(",", ":")).encode()
    if len(data) > MAX_MESSAGE:
        raise ValueError(f"message of {len(data)} bytes")
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    connection.sendmsg([data], ancillary, socket.MSG_NOSIGNAL)


def receive(connection: socket.socket, flags: int = 0) -> tuple[dict[str, Any] | None, list[int]]:
    """The next message and its descriptors; None when the other side has closed."""
    received = array.array("i")
    data, ancillary, _, _ = connection.recvmsg(
        MAX_MESSAGE, socket.CMSG_SPACE(MAX_FDS * received.itemsize), flags | socket.MSG_CMSG_CLOEXEC
    )
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            received.frombytes(content[: len(content) - len(content) % received.itemsize])
    if not data:
        return None, list(received)
    return json.loads(data), list(received)
