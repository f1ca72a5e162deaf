"""What can go wrong between the trusted side and a student's process."""

from __future__ import annotations


class RemoteError(Exception):
    """Anything that ends or spoils a conversation with student code."""


class ProtocolError(RemoteError):
    """A message, or a value on its way into one, breaks the format or a bound."""


class TooLarge(ProtocolError):
    """An array has more bytes than a message may; only its ``shape`` is told."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__(f"an array of shape {shape} is too large")
        self.shape = shape


class StudentError(RemoteError):
    """An exception in student code, as told by its process: bounded text, and nothing that could be executed.

    ``type`` is the exception's class name, ``bases`` the builtin classes that it derives from, ``line`` the line in the
    student's cell (0 if unknown), ``cell`` the lines around it (empty if unknown), ``traceback`` the formatted
    traceback.
    """

    def __init__(
        self,
        type: str,
        message: str = "",
        line: int = 0,
        cell: str = "",
        traceback: str = "",
        bases: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"{type}: {message}")
        self.type, self.message, self.line, self.cell, self.traceback = type, message, line, cell, traceback
        self.bases = bases


class StateMisfit(StudentError):
    """A module does not take the parameters that the statement fixes. ``missing`` ones it lacks, ``misshapen`` ones
    have another shape there, ``extra`` ones are the module's own: names chosen by student code."""

    def __init__(self, missing: list[str], misshapen: list[str], extra: list[str]) -> None:
        super().__init__("RuntimeError", f"state_dict: missing {missing}, misshapen {misshapen}, extra {extra}")
        self.missing, self.misshapen, self.extra = missing, misshapen, extra


class NameMissing(RemoteError, AttributeError):
    """The student's code defines no such name. An AttributeError too, so that ``hasattr(student, ...)`` works."""

    name: str

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotCallable(RemoteError):
    """The student's code defines the name, but as something that cannot be called."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class TimeLimit(RemoteError):
    """A call had not ended after ``seconds`` of CPU, or (``wall``) by the clock on the wall; its process was killed."""

    def __init__(self, seconds: float, *, wall: bool = False) -> None:
        super().__init__(f"{seconds:g} s")
        self.seconds, self.wall = seconds, wall


class MemoryLimit(RemoteError):
    """A call asked for more memory than its process may have."""


class ProcessDied(RemoteError):
    """The student's process ended in the middle of a call; ``how`` is "exit code 3", "signal SIGSEGV"…"""

    def __init__(self, how: str = "") -> None:
        super().__init__(how)
        self.how = how


class SessionClosed(RemoteError):
    """The session has ended already; its first error said why."""


class SnapshotMissing(RemoteError):
    """No frozen copy of the kernel was made, it no longer answers, or an announced call never came."""
