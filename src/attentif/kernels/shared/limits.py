"""What a kernel may use, and how it ended."""

from __future__ import annotations

import resource
import signal
from dataclasses import asdict, dataclass, field
from typing import Any

MiB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of one kernel and everything that it starts. None or 0 means no bound.

    Memory counts what the kernel adds to the template. The supervisor inside the sandbox measures and kills at
    ``memory``; the system refuses allocations (MemoryError) that go far beyond it, however fast they come.
    """

    memory: int = 2048 * MiB  # bytes, all processes of the kernel together, pages shared between them counted once
    cpu: float = 600.0  # seconds, all processes together
    wall: float = 1800.0  # seconds since the start
    processes: int = 128  # threads count too; a fresh kernel has about ten
    file_size: int = 128 * MiB  # bytes, one file
    workdir_size: int = 256 * MiB  # bytes, the private copy of the submission's folder and what is written to it
    tmp_size: int = 128 * MiB  # bytes, /tmp
    workdir_files: int = 4096  # files of the submission's folder that are copied in, at most
    open_files: int = 512
    message: int = 16 * MiB  # bytes, one message from the kernel
    output: int = 16 * MiB  # characters printed by the kernel, all in all; the grader's side reads twice that at most

    def to_json(self) -> dict[str, Any]:
        """The fields, for a message or a kernelspec."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Limits:
        """From the fields; TypeError when one is unknown."""
        return cls(**data)

    @property
    def memory_ceiling(self) -> int:
        """Bytes at which one process's allocations fail: so far above `memory` that the supervisor acts first."""
        return self.memory + max(512 * MiB, self.memory // 2) if self.memory else 0


@dataclass(frozen=True)
class Ended:
    """How a kernel ended. `kind` is one of

    "exit code", "signal", "memory limit", "cpu limit", "wall limit", "process limit", "output limit",
    "killed" (by its owner), "lost" (the sandbox went away: a fault of the machine or of the grader, never a verdict).
    """

    kind: str
    code: int = 0  # the exit code, or the signal's number

    def __str__(self) -> str:
        if self.kind == "exit code":
            return f"exit code {self.code}"
        if self.kind == "signal":
            return f"signal {signal_name(self.code)}"
        return self.kind

    @property
    def returncode(self) -> int:
        """As subprocess.Popen.returncode: negative for a signal."""
        if self.kind == "exit code":
            return self.code
        return -(self.code or signal.SIGKILL)


@dataclass(frozen=True)
class Kill:
    """A process that the supervisor killed: `pid` as seen inside the sandbox, and the limit's name."""

    pid: int
    reason: str


@dataclass
class Usage:
    """What a kernel used, in its sandbox: seconds and bytes. `memory` is what it adds to the template."""

    cpu: float = 0.0
    peak_rss: int = 0
    memory: int = 0
    peak_memory: int = 0
    processes: int = 0
    kills: list[Kill] = field(default_factory=list)


def signal_name(number: int) -> str:
    """SIGSEGV for 11; the number where it has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def apply_rlimits(limits: Limits, *, inherited_data: int, other_processes: int = 0) -> None:
    """Sets the resource limits of this process and its future children (hard and soft alike).

    inherited_data: bytes of writable private memory that the process has from its template.
    other_processes: processes that the system counts against the same user though they are not the kernel's.
    """
    set_limit(resource.RLIMIT_CORE, 0)
    if limits.memory:
        set_limit(resource.RLIMIT_DATA, inherited_data + limits.memory_ceiling)
    if limits.cpu:
        set_limit(resource.RLIMIT_CPU, int(limits.cpu) + 1)
    if limits.processes:
        set_limit(resource.RLIMIT_NPROC, limits.processes + other_processes)
    if limits.file_size:
        set_limit(resource.RLIMIT_FSIZE, limits.file_size)
    if limits.open_files:
        set_limit(resource.RLIMIT_NOFILE, limits.open_files)
    set_limit(resource.RLIMIT_MEMLOCK, 8 * MiB)
    set_limit(resource.RLIMIT_MSGQUEUE, 64 * 1024)


def set_limit(which: int, value: int) -> None:
    """Lowers a limit, soft and hard; a lower hard limit in force stays."""
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))
