"""Wall time, CPU time and memory of a command with everything it starts."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

_SUBREAPER = 36  # prctl(2)
_EVERY = 0.3  # seconds between two looks at memory


@dataclass(frozen=True)
class Cost:
    """``memory`` is the greatest sum, over the command's processes, of memory shared fairly (PSS), in bytes."""

    wall: float
    cpu: float
    memory: int
    output: str


def measured(command: list[str], cwd: Path, env: dict[str, str]) -> Cost:
    """Runs a command to its end, and waits for what it leaves behind; CalledProcessError if it fails."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)  # orphans come to us, and their CPU time with them
    before = _children_cpu()
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
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return Cost(wall, _children_cpu() - before, memory[0], output)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
        memory[0] = max(memory[0], sum(_pss(child.pid) for child in me.children(recursive=True)))


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
