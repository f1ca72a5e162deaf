"""The private folder in which hand-ins are laid out plain, for one run; what a killed run left is cleared away."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "run-"


@contextlib.contextmanager
def private_area(home: Path) -> Iterator[Path]:
    """A new folder in ``home``, for its owner's eyes only; it is gone at the end."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(home):
        _clear(home)
        area = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))
        held = contextlib.ExitStack()
        held.enter_context(_locked(area))  # until the end: whoever can lock it finds it left behind
    try:
        yield area
    finally:
        shutil.rmtree(area, ignore_errors=True)
        held.close()


@contextlib.contextmanager
def _locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)


def _clear(home: Path) -> None:
    for left in home.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError), _locked(left, wait=False):
            shutil.rmtree(left, ignore_errors=True)
