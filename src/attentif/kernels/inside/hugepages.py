"""Fewer page tables: a fork copies one entry for each page, and a template with libraries loaded has 40,000 of them.

Two megabytes in a huge page are one entry. What a fork then writes to is copied in small pages, as ever.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from attentif.kernels.shared.syscalls import libc

_MADV_COLLAPSE = 25  # madvise(2), since Linux 6.1
_HUGE = 2 * 1024 * 1024  # bytes, on x86-64 and on aarch64 with pages of 4 KiB
_LOOK = 0.1  # seconds between two looks at what has grown


@contextlib.contextmanager
def collapsing() -> Iterator[None]:
    """Asks the system to hold this process's own memory in huge pages, in a thread while the caller fills it, and the
    rest at the end; where the system will not, nothing changes. No thread is left."""
    if os.sysconf("SC_PAGE_SIZE") != 4096:
        yield
        return
    done: set[int] = set()
    ended = threading.Event()

    def work() -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)  # who imports beside us goes first
        while not ended.wait(_LOOK):
            for address in _unasked(done):
                if ended.is_set():
                    return
                _ask(address, done)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        for address in _unasked(done):
            _ask(address, done)


def _ask(address: int, done: set[int]) -> None:
    done.add(address)  # asked once: what cannot be had now will not be had later
    libc.madvise(address, _HUGE, _MADV_COLLAPSE)


def _unasked(done: set[int]) -> list[int]:
    """Where whole huge pages begin in writable memory that belongs to no file."""
    found: list[int] = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, permissions, _, _, inode, *name = line.split(maxsplit=5)
        if permissions == "rw-p" and inode == "0" and name in ([], ["[heap]"]):
            start, end = (int(part, 16) for part in addresses.split("-"))
            found += range(-(-start // _HUGE) * _HUGE, end - _HUGE + 1, _HUGE)
    return [address for address in found if address not in done]
