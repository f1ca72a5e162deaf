"""Fewer page tables: a fork copies one entry for each page, and a template with libraries loaded has 40,000 of them.

Two megabytes are one entry after `collapse()`. What a fork then writes to is copied in small pages, as ever.
"""

from __future__ import annotations

import os
from pathlib import Path

from attentif.kernels.syscalls import libc

_MADV_COLLAPSE = 25  # madvise(2), since Linux 6.1
_HUGE = 2 * 1024 * 1024  # bytes, on x86-64 and on aarch64 with pages of 4 KiB


def collapse() -> None:
    """Asks the system to hold this process's own memory in huge pages; where it will not, nothing changes."""
    if os.sysconf("SC_PAGE_SIZE") != 4096:
        return
    for start, end in _private_memory():
        first, last = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
        if first >= last or libc.madvise(first, last - first, _MADV_COLLAPSE) == 0:
            continue
        for address in range(first, last, _HUGE):  # one bad page spoils a whole call
            libc.madvise(address, _HUGE, _MADV_COLLAPSE)


def _private_memory() -> list[tuple[int, int]]:
    """Start and end of each writable mapping that belongs to no file."""
    found = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, permissions, _, _, inode, *name = line.split(maxsplit=5)
        if permissions == "rw-p" and inode == "0" and name in ([], ["[heap]"]):
            start, end = addresses.split("-")
            found.append((int(start, 16), int(end, 16)))
    return found
