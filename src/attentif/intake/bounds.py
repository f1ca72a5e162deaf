"""How much of a hand-in is read at all."""

from __future__ import annotations

from dataclasses import dataclass

MiB = 1024 * 1024


@dataclass(frozen=True)
class Bounds:
    """What a folder handed in may hold. A larger file is left out; beyond the other bounds the folder is refused."""

    depth: int = 20  # folders inside each other
    entries: int = 4000  # files, folders and whatever else, all together
    total: int = 200 * MiB  # bytes, all files together
    file: int = 100 * MiB  # bytes, one file
    notebook: int = 20 * MiB  # bytes, one notebook
    path: int = 1000  # bytes, the path of one file inside the folder
