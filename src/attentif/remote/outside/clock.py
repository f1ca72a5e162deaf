"""How long a call may take: so many seconds of CPU, and by the clock on the wall a few times as many.

A right answer on a busy machine waits for its turn, which costs no CPU. Both times are measured on this side, by what
the system says of the process and of those that it has started; nothing that it says itself counts. A process that
sleeps, or that hides its work in processes cut off from it, meets the wall limit.
"""

from __future__ import annotations

from time import monotonic

from attentif.kernels.shared import processes
from attentif.remote.wire.errors import TimeLimit

WALL_FACTOR = 6.0  # seconds by the clock on the wall for one second of CPU
_LOOKS = 20  # the process's CPU is looked at so many times within its limit, …
_SHORTEST_LOOK, _LONGEST_LOOK = 0.01, 0.5  # … but no more and no less often than that (seconds)


class CallClock:
    """The time of one call of process ``pid``. A process of which nothing is known (0) has the limit on CPU by the wall
    clock."""

    def __init__(self, pid: int, cpu_limit: float, wall_limit: float) -> None:
        self._pid, self._cpu_limit = pid, cpu_limit
        self._wall_limit = wall_limit if pid else cpu_limit
        self._started, self._used_before = monotonic(), _cpu(pid)
        self._look = min(max(cpu_limit / _LOOKS, _SHORTEST_LOOK), _LONGEST_LOOK)

    def used(self) -> float:
        """Seconds of CPU that the call has used."""
        return max(0.0, _cpu(self._pid) - self._used_before)

    def patience(self) -> float:
        """How long to wait before the next look; TimeLimit once a limit is met."""
        waited = monotonic() - self._started
        if waited > self._look and self.used() > self._cpu_limit:
            raise TimeLimit(self._cpu_limit)
        if waited > self._wall_limit:
            raise TimeLimit(self._wall_limit, wall=bool(self._pid))
        return min(self._look, self._wall_limit - waited + 0.001)


def _cpu(pid: int) -> float:
    """Seconds of CPU of a process, of its descendants and of those of them that have ended."""
    return sum(processes.cpu_and_threads(each)[0] for each in (pid, *processes.descendants(pid))) if pid else 0.0
