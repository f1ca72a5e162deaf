"""The trusted side: students, the connections to them, the socket where their processes call in."""

from attentif.remote.connections import Connection, LocalConnection, SocketConnection
from attentif.remote.handles import Handle, Student, ended
from attentif.remote.listener import CellResult, SnapshotListener

__all__ = [
    "CellResult",
    "Connection",
    "Handle",
    "LocalConnection",
    "SnapshotListener",
    "SocketConnection",
    "Student",
    "ended",
]
