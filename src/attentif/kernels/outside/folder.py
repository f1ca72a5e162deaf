"""A private copy of a submission's folder, handed to the sandbox as open descriptors."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from typing import Any

from attentif.kernels.shared import messages
from attentif.kernels.shared.limits import Limits


class FolderTooLarge(ValueError):
    """The submission's folder has more files or bytes than the limits allow."""


def send_folder(control: socket.socket, folder: str, limits: Limits) -> None:
    """Hands the regular files of a folder to the sandbox, as open descriptors: nothing is followed out of it.

    Links are recreated as links; pipes, devices and unreadable files are left out. Raises FolderTooLarge.
    """
    batch: dict[str, list[Any]] = {"files": [], "directories": [], "links": []}
    fds: list[int] = []
    count = size = weight = 0

    def flush() -> None:
        nonlocal weight
        try:
            messages.send(control, batch, fds)
        finally:
            for fd in fds:
                os.close(fd)
            fds.clear()
        for part in batch.values():
            part.clear()
        weight = 0

    try:
        for kind, path, value, fd in _walk(folder):
            count += 1
            if limits.workdir_files and count > limits.workdir_files:
                if fd >= 0:
                    os.close(fd)
                raise FolderTooLarge(f"{folder} holds more than {limits.workdir_files} files")
            if fd >= 0:
                fds.append(fd)
                size += os.fstat(fd).st_size
                if limits.workdir_size and size > limits.workdir_size:
                    raise FolderTooLarge(f"{folder} holds more than {limits.workdir_size} bytes")
            batch[kind].append(path if kind == "directories" else [path, value])
            weight += 6 * len(path) + 6 * len(str(value)) + 20
            if len(fds) >= messages.MAX_FDS - 4 or weight > messages.MAX_MESSAGE // 2:
                flush()
        if count:
            flush()
    finally:
        for fd in fds:
            os.close(fd)


def _walk(folder: str) -> Iterator[tuple[str, str, Any, int]]:
    """("directories", path, "", -1), ("links", path, target, -1), ("files", path, mode, descriptor); parents first."""
    pending = [("", os.open(folder, os.O_RDONLY | os.O_DIRECTORY))]
    try:
        while pending:
            prefix, directory = pending.pop()
            try:
                for name in sorted(os.listdir(directory)):
                    path = f"{prefix}{name}"
                    mode = os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode
                    if stat.S_ISLNK(mode):
                        yield "links", path, os.readlink(name, dir_fd=directory), -1
                    elif stat.S_ISDIR(mode) and path.count("/") < 40:
                        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
                        with contextlib.suppress(OSError):
                            pending.append((f"{path}/", os.open(name, flags, dir_fd=directory)))
                            yield "directories", path, "", -1
                    elif stat.S_ISREG(mode):
                        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
                        try:
                            fd = os.open(name, flags, dir_fd=directory)
                        except OSError:
                            continue
                        if not stat.S_ISREG(os.fstat(fd).st_mode):
                            os.close(fd)
                            continue
                        yield "files", path, stat.S_IMODE(mode), fd
            finally:
                os.close(directory)
    finally:
        for _, directory in pending:
            os.close(directory)
