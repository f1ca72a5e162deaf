"""The inner sandbox: what the first process of a kernel's namespaces arranges before any student code exists."""

from __future__ import annotations

import fcntl
import os
import socket
import stat
import struct
from typing import Any

from attentif.kernels.shared import layout, syscalls
from attentif.kernels.shared.limits import Limits

_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
_SAFE = syscalls.MS_NOSUID | syscalls.MS_NODEV


def furnish(name: str, limits: Limits, uid: int, gid: int, below_tmp: list[str]) -> None:
    """Sets up this process's namespaces: one user, its own /proc, a private /tmp and workdir, RUN = spool/`name`.

    uid, gid: the process's ids before it entered the namespaces. below_tmp: read-only paths to keep in the new /tmp.
    Raises OSError where the system forbids a step.
    """
    syscalls.write_id_maps(uid, gid, layout.USER_ID)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
    socket.sethostname("attentif")
    _raise_loopback()
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    syscalls.mount("proc", "/proc", "proc", _SAFE | syscalls.MS_NOEXEC)
    _forbid_namespaces()
    syscalls.mount(f"{layout.SPOOL}/{name}", layout.RUN, None, syscalls.MS_BIND)
    _tmpfs(layout.SPOOL, "0555", 4096, 1)
    syscalls.mount("devpts", "/dev/pts", "devpts", syscalls.MS_NOSUID | syscalls.MS_NOEXEC, "newinstance,ptmxmode=0666")
    _tmpfs("/dev/shm", "1777", limits.tmp_size)
    _private_tmp(limits.tmp_size, below_tmp)
    _tmpfs(layout.WORKDIR, "0755", limits.workdir_size)


def _raise_loopback() -> None:
    """The only network: the sandbox's own 127.0.0.1 (ipykernel gathers the output of subprocesses over it)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def _tmpfs(target: str, mode: str, size: int, inodes: int = 16384) -> None:
    size = max(4096, size or 1 << 40)
    syscalls.mount("tmpfs", target, "tmpfs", _SAFE, f"mode={mode},size={size},nr_inodes={inodes + 1}")


def _private_tmp(size: int, kept: list[str]) -> None:
    fds = [(path, os.open(path, os.O_PATH)) for path in kept]
    _tmpfs("/tmp", "1777", size)
    for path, fd in fds:
        if os.path.exists(path):  # inside one that is already there
            os.close(fd)
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            os.mkdir(path)
        else:
            open(path, "w").close()
        syscalls.mount(f"/proc/self/fd/{fd}", path, None, syscalls.MS_BIND | syscalls.MS_REC)
        os.close(fd)


def _forbid_namespaces() -> None:
    """No namespaces below this one: they would give back capabilities inside."""
    for kind in ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"):
        try:
            with open(f"/proc/sys/user/max_{kind}_namespaces", "w") as file:
                file.write("0")
        except FileNotFoundError:
            pass


def close_run_directory() -> None:
    """Makes RUN read-only: its sockets stay usable, but nothing can be put in their place."""
    flags = syscalls.MS_REMOUNT | syscalls.MS_BIND | syscalls.MS_RDONLY | _inherited_flags(layout.RUN)
    syscalls.mount("none", layout.RUN, None, flags)


def _inherited_flags(path: str) -> int:
    """Mount flags that a user namespace may not clear."""
    now = os.statvfs(path).f_flag
    table = (
        (os.ST_NOSUID, syscalls.MS_NOSUID),
        (os.ST_NODEV, syscalls.MS_NODEV),
        (os.ST_NOEXEC, syscalls.MS_NOEXEC),
        (os.ST_NOATIME, 1024),
        (os.ST_NODIRATIME, 2048),
        (os.ST_RELATIME, 1 << 21),
    )
    return sum(ours for theirs, ours in table if now & theirs)


def write_files(target: str, message: dict[str, Any], fds: list[int]) -> None:
    """Writes the files, folders and links that arrived in a message below `target`."""
    root = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for path in message["directories"]:
            os.mkdir(path, 0o755, dir_fd=root)
        for path, to in message["links"]:
            os.symlink(to, path, dir_fd=root)
        for (path, mode), source in zip(message["files"], fds, strict=True):
            out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IMODE(mode) | 0o600, dir_fd=root)
            try:
                while os.sendfile(out, source, None, 1 << 24):  # from the file's start: it was just opened
                    pass
            finally:
                os.close(out)
                os.close(source)
    finally:
        os.close(root)
