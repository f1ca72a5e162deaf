"""Wall time, CPU time and memory of a command with everything it starts."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

_SUBREAPER = 36  # prctl(2)
_PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}.get(platform.machine(), -1)
_SOFTWARE, _TASK_CLOCK, _INHERIT = 1, 1, 1 << 1  # perf_event_open(2)
_EVERY = 2.0  # seconds between two looks at memory: a look takes 5 ms for each process


@dataclass(frozen=True)
class Cost:
    """``cpu`` is NaN where the system does not count it.

    ``memory``: the greatest sum, over the command's processes, of memory shared fairly (PSS), in bytes.
    """

    wall: float
    cpu: float
    memory: int
    output: str


def measured(command: list[str], cwd: Path, env: dict[str, str]) -> Cost:
    """Runs a command to its end, and waits for what it leaves behind; CalledProcessError if it fails."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)  # orphans come to us: we wait for them
    clock = open_clock()
    before = read_clock(clock)
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    memory = [0]
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(ended, memory))
    watcher.start()
    output, _ = process.communicate()
    wall = time.monotonic() - start
    ended.set()
    watcher.join()
    _reap_orphans()
    cpu = read_clock(clock) - before
    if clock >= 0:
        os.close(clock)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return Cost(wall, cpu, memory[0], output)


def open_clock() -> int:
    """A counter of the CPU time of this thread and all it starts; -1 where there is none.

    Not getrusage: that knows only children that were waited for, and templates let the system reap their kernels.
    """
    event = bytearray(128)
    struct.pack_into("IIQQQQQ", event, 0, _SOFTWARE, len(event), _TASK_CLOCK, 0, 0, 0, _INHERIT)
    buffer = (ctypes.c_char * len(event)).from_buffer(event)
    return int(ctypes.CDLL(None).syscall(_PERF_EVENT_OPEN, buffer, 0, -1, -1, 0)) if _PERF_EVENT_OPEN > 0 else -1


def read_clock(clock: int) -> float:
    return struct.unpack("Q", os.read(clock, 8))[0] / 1e9 if clock >= 0 else float("nan")


def _reap_orphans() -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            time.sleep(0.02)


def _watch(ended: threading.Event, memory: list[int]) -> None:
    me = psutil.Process()
    while not ended.wait(_EVERY):
        memory[0] = max(memory[0], sum(pss(child.pid) for child in me.children(recursive=True)))


def pss(pid: int) -> int:
    """Memory of a process, what it shares counted in proportion, in bytes; 0 when it has gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
