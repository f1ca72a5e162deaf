"""``timestamp.txt``: when a student handed in, as nbgrader's collecting writes it, or anybody else."""

from __future__ import annotations

import contextlib
import os
import stat
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

_LENGTH = 200  # bytes that a date may take


def parsed(content: bytes) -> datetime | None:
    """The time that a file's content says; None if it says none."""
    try:
        text = content[:_LENGTH].decode("ascii").strip()
        return parse_utc(text) if text and len(content) <= _LENGTH else None
    except Exception:  # dateutil has many ways of refusing
        return None


def read(path: Path) -> datetime | None:
    """The time in a file; None where there is none, or anything but a file, which is neither followed nor waited
    for."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return parsed(file.read(_LENGTH + 1))
    return None
