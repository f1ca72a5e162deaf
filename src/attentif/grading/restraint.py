"""A bound on the memory that this process may take while it computes with what a submission answered.

Two arrays of a few hundred kilobytes are enough: spread over each other by a check's arithmetic they fill gigabytes.
"""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Iterator

from attentif.kernels.shared import processes

ROOM = 1024 * 1024 * 1024  # bytes; the largest answer there may be takes a quarter


@contextlib.contextmanager
def bounded_memory(room: int = ROOM) -> Iterator[None]:
    """While this lasts the process may hold ``room`` bytes of data beyond what it holds now; an allocation that goes
    further is a MemoryError. Does nothing where the system does not tell what is held."""
    try:
        held = processes.writable(os.getpid())
    except OSError:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bounds = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([held + room, *bounds]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
