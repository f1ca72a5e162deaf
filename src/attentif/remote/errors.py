"""What can go wrong between the trusted side and a student's process."""

from __future__ import annotations


class RemoteError(Exception):
    """Anything that ends or spoils a conversation with student code."""


class ProtocolError(RemoteError):
    """A message breaks the format or a bound. On the trusted side: a failed check, never a crash."""


class StudentError(RemoteError):
    """An exception in student code, as told by its process: text, and nothing that could be executed.

    ``type`` is the exception's class name, ``line`` the line in the student's cell (0 if unknown), ``cell`` that
    line's source, ``traceback`` the formatted traceback.
    """

    def __init__(self, type: str, message: str = "", line: int = 0, cell: str = "", traceback: str = "") -> None:
        super().__init__(f"{type}: {message}")
        self.type, self.message, self.line, self.cell, self.traceback = type, message, line, cell, traceback


class NameMissing(RemoteError):
    """The student's code defines no such name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotCallable(RemoteError):
    """The student's code defines the name, but as something that cannot be called."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class TimeLimit(RemoteError):
    """A call had not ended after ``seconds``; its process was killed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:g} s")
        self.seconds = seconds


class MemoryLimit(RemoteError):
    """A call asked for more memory than its process may have."""


class ProcessDied(RemoteError):
    """The student's process ended in the middle of a call: exit, signal or crash."""


class SnapshotMissing(RemoteError):
    """No frozen copy of the kernel was made, or it no longer answers."""
