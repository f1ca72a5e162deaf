"""What /proc says about processes."""

from __future__ import annotations

import os

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read(65536)


def resident(pid: int | str) -> int:
    """Bytes of anonymous and shared memory in RAM; 0 when the process is gone."""
    try:
        text = _read(f"/proc/{pid}/status")
    except OSError:
        return 0
    return _field(text, b"RssAnon:") + _field(text, b"RssShmem:")


def writable(pid: int | str) -> int:
    """Bytes of writable private memory, in RAM or not (what RLIMIT_DATA bounds)."""
    return _field(_read(f"/proc/{pid}/status"), b"VmData:")


def peak(pid: int | str) -> int:
    """The most bytes that the process has had in RAM so far; 0 when it is gone."""
    try:
        text = _read(f"/proc/{pid}/status")
    except OSError:
        return 0
    return _field(text, b"VmHWM:")


def proportional(pid: int | str) -> int:
    """Bytes of anonymous and shared memory, each page divided by the number of processes that share it."""
    try:
        text = _read(f"/proc/{pid}/smaps_rollup")
    except OSError:
        return 0
    return _field(text, b"Pss_Anon:") + _field(text, b"Pss_Shmem:")


def private(pid: int | str) -> int:
    """Bytes of memory that no other process shares."""
    try:
        text = _read(f"/proc/{pid}/smaps_rollup")
    except OSError:
        return 0
    return _field(text, b"Private_Clean:") + _field(text, b"Private_Dirty:")


def _field(text: bytes, name: bytes) -> int:
    start = text.find(name)
    if start < 0:
        return 0
    return int(text[start + len(name) : text.index(b"kB", start)]) * 1024


def cpu_and_threads(pid: int | str) -> tuple[float, int]:
    """Seconds of CPU, of its ended children too, and the number of threads; zeros when the process is gone."""
    try:
        fields = _read(f"/proc/{pid}/stat").rsplit(b")", 1)[1].split()
    except (OSError, IndexError):
        return 0.0, 0
    return sum(int(f) for f in fields[11:15]) / _TICKS, int(fields[17])


def is_zombie(pid: int | str) -> bool:
    """Dead, and not yet reaped."""
    try:
        return _read(f"/proc/{pid}/stat").rsplit(b")", 1)[1].split()[0] == b"Z"
    except (OSError, IndexError):
        return True


def children(pid: int | str) -> list[int]:
    """Children of the main thread and others of the process; empty when it is gone."""
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            found += [int(child) for child in _read(f"/proc/{pid}/task/{task}/children").split()]
    except OSError:
        pass
    return found


def descendants(pid: int) -> list[int]:
    """Children, their children, and so on."""
    found = children(pid)
    for child in found:  # grows while we read it
        found += children(child)
    return found


def all_but_init() -> list[int]:
    """Every process of this pid namespace except its first."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]


def threads_of_user(uid: int) -> int:
    """Threads of a user, all over the machine."""
    total = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.stat(f"/proc/{name}").st_uid == uid:
                    total += cpu_and_threads(name)[1]
            except OSError:
                continue
    return total
