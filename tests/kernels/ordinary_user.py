"""Runs a command as an ordinary user (root only): python ordinary_user.py COMMAND...

In a mount namespace of its own, the interpreter and this checkout are made reachable where a closed home hides them.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from attentif.kernels.outside.sandbox import python_paths
from attentif.kernels.shared import syscalls

UID = 42_424


def closed_ancestor(path: Path) -> Path | None:
    """The outermost directory on the way to `path` that others may not enter."""
    for directory in reversed(path.parents):
        if not directory.stat().st_mode & 0o001:
            return directory
    return None


def open_up(paths: list[Path], stage: Path) -> None:
    """Hides each closed directory behind one that holds nothing but the paths."""
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    hidden: dict[Path, list[tuple[Path, Path]]] = {}
    for index, path in enumerate(paths):
        ancestor = closed_ancestor(path)
        if ancestor is None:
            continue
        held = stage / str(index)
        held.mkdir() if path.is_dir() else held.touch()
        syscalls.mount(str(path), str(held), None, syscalls.MS_BIND | syscalls.MS_REC)
        hidden.setdefault(ancestor, []).append((path, held))
    for ancestor, inside in hidden.items():
        syscalls.mount("tmpfs", str(ancestor), "tmpfs", 0, "mode=755")
        for path, held in inside:
            path.parent.mkdir(parents=True, exist_ok=True)
            if held.is_dir():
                path.mkdir(exist_ok=True)
            else:
                path.touch()
            syscalls.mount(str(held), str(path), None, syscalls.MS_BIND | syscalls.MS_REC)


def main() -> int:
    """Runs the command; its exit status."""
    home = Path(tempfile.mkdtemp(prefix="ordinary-"))
    pid = os.fork()
    if pid == 0:
        become(home)
    _, status = os.waitpid(pid, 0)
    shutil.rmtree(home)
    return os.waitstatus_to_exitcode(status)


def become(home: Path) -> NoReturn:
    """Becomes the command, as the ordinary user."""
    root = Path(__file__).resolve().parents[2]
    home.chmod(0o755)
    stage = home / "stage"
    stage.mkdir()
    open_up([*map(Path, python_paths(sys.executable)), root], stage)
    user_home = home / "home"
    user_home.mkdir()
    os.chown(user_home, UID, UID)
    os.setgroups([])
    os.setresgid(UID, UID, UID)
    os.setresuid(UID, UID, UID)
    os.environ.clear()
    os.environ.update(PATH="/usr/bin:/bin", HOME=str(user_home), LANG="C.UTF-8", PYTHONDONTWRITEBYTECODE="1")
    os.environ.update(OMP_NUM_THREADS="1", HF_HUB_OFFLINE="1")
    os.chdir(root)
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
