"""A time limit for a call of this very process: a student's own machine. Grading kills processes instead.

A thread looks at the clock and interrupts the main thread, as Ctrl-C does. Nothing is traced, so nothing is slower. On
Windows code that waits inside a library (``time.sleep``, ``input``) sees the interruption only when it comes back.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

from attentif.remote.wire.errors import TimeLimit

_WALL = 6  # how much longer than its CPU time a call may take by the clock on the wall: as in grading
_AGAIN = 0.25  # seconds from one look, or one interruption, to the next


class _Overtime(KeyboardInterrupt):
    """Raised where the student's code is; no ``except Exception`` of theirs catches it."""


class _Watch:
    """One call that is watched; ``wall``: it was stopped by the clock on the wall."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.wall, self._fired = seconds, False, False
        self._begun, self._used = time.monotonic(), time.process_time()
        self._done, self._lock = threading.Event(), threading.Lock()

    def look(self) -> None:
        """The thread: until the call is over, or has been stopped."""
        pause = self.seconds
        while not self._done.wait(pause):
            pause = _AGAIN
            wall = time.monotonic() - self._begun
            cpu = min(time.process_time() - self._used, wall)  # several threads of torch's use more than one CPU
            if cpu > self.seconds or wall > _WALL * self.seconds:
                self._interrupt(wall=cpu <= self.seconds)

    def _interrupt(self, *, wall: bool) -> None:
        with self._lock:
            if self._done.is_set():
                return
            self.wall, self._fired = self.wall if self._fired else wall, True
            if os.name == "nt":
                _thread.interrupt_main()
            else:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def over(self) -> None:
        """The call has come back: it is not interrupted any more."""
        with self._lock:
            self._done.set()

    def handle(self, _number: int, _frame: FrameType | None) -> None:
        """The interruption arrives: ours, or Ctrl-C and Jupyter's."""
        if not self._fired:
            raise KeyboardInterrupt
        if not self._done.is_set():
            raise _Overtime


@contextlib.contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """Raises TimeLimit if the block takes more than ``seconds`` of CPU, or six times as many by the clock on the wall.
    None, and any thread but the main one: no limit."""
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    watch = _Watch(seconds)
    before: Any = signal.signal(signal.SIGINT, watch.handle)
    threading.Thread(target=watch.look, daemon=True, name="time limit").start()
    try:
        yield
    except _Overtime:
        raise TimeLimit(_WALL * seconds if watch.wall else seconds, wall=watch.wall) from None
    finally:
        watch.over()
        signal.signal(signal.SIGINT, signal.default_int_handler if before is None else before)
