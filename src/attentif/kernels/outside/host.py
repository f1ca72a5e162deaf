"""The grader's side of a template: starts it, asks it for kernels, knows whether it is fit."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import attentif
from attentif.kernels.outside.folder import FolderTooLarge
from attentif.kernels.outside.forked import KernelFailed, RunDirectory, Sandbox
from attentif.kernels.outside.sandbox import (
    Environment,
    SandboxUnavailable,
    bound_below_tmp,
    bwrap_arguments,
    find_bwrap,
    sandbox_ids,
    variables,
)
from attentif.kernels.shared import layout, messages, processes
from attentif.kernels.shared.limits import Limits

_PREFIX = "attentif-kernels-"
_FILES = ("about.json", "log", "passwd", "group")
_OUTSIDE_TIMEOUT = 30.0  # seconds for the sandbox to come up
_FORK_TIMEOUT = 20.0  # seconds for one fork
_INSTRUCTIONS = 1 << 20  # bytes that may wait for a template to listen, if the system allows as much
_GROWTH = 96 * 1024 * 1024  # bytes that a template may grow before it is replaced


class TemplateFailed(RuntimeError):
    """A template died, hung or cannot be forked; a fresh one or a cold start may work."""


class Template:
    """A template process, started by this process or another one of the same user."""

    def __init__(self, environment: Environment, root: Path, ids: tuple[int, int] | None) -> None:
        self.environment = environment
        self.root = root
        self.spool = root / "s"  # what the template and its kernels share with us
        self.ids = ids
        self.failed_modules: list[str] = []
        self.memory = 0
        self.pid = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._owner: socket.socket | None = None
        self._owner_pid = os.getpid()
        self._below_tmp: list[str] = []

    @property
    def address(self) -> str:
        """What `attach` needs, in this process or another one of the same user on this machine."""
        return str(self.root)

    @classmethod
    def start(cls, environment: Environment, *, warm: bool = True, timeout: float = 180.0) -> Template:
        """Starts a process and waits until it has imported the preload list (`warm`) or can at least fork.

        Raises as `launch` and `await_ready`.
        """
        template = cls.launch(environment, warm=warm)
        template.await_ready(timeout)
        return template

    @classmethod
    def launch(cls, environment: Environment, *, warm: bool = True) -> Template:
        """Starts a process, and does not wait: it can be used after `await_ready`. SandboxUnavailable at once where
        there is nothing to start."""
        if not sys.platform.startswith("linux"):
            raise SandboxUnavailable("kernels of this kind need Linux; on other systems use a container or WSL.")
        isolated = environment.sandbox == "bubblewrap"
        template = cls(environment, _make_root(), sandbox_ids() if isolated else None)
        try:
            template._launch(isolated)
            template._instruct(isolated, warm)
        except BaseException:
            template.close()
            raise
        return template

    def await_ready(self, timeout: float = 180.0) -> None:
        """Waits for what `launch` has begun; the template is ended on any failure.

        Raises SandboxUnavailable, or TemplateFailed when an import kills it, starts threads or outlasts `timeout`.
        """
        try:
            self._await_ready(timeout)
        except BaseException:
            self.close()
            raise

    @classmethod
    def attach(cls, address: str) -> Template:
        """A template that another process started, from its `address`; TemplateFailed when it is gone."""
        try:
            about = json.loads(Path(address, "about.json").read_text())
        except OSError as error:
            raise TemplateFailed(f"no template at {address}") from error
        data = about["environment"]
        environment = Environment(
            tuple(data["preload"]),
            data["sandbox"],
            tuple(data["readable"]),
            tuple((name, value) for name, value in data["variables"]),
            data["python"],
        )
        template = cls(environment, Path(address), tuple(about["ids"]) if about["ids"] else None)
        template.pid, template.memory = about["pid"], about["memory"]
        template._owner_pid = 0
        return template

    def _launch(self, isolated: bool) -> None:
        self.spool.mkdir(mode=0o700)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _INSTRUCTIONS)
        self._owner = ours
        package_parent = str(Path(attentif.__file__).resolve().parents[1])
        bootstrap = f"import sys; sys.path[0] = {package_parent!r}; from attentif.kernels.{{0}} import main; main()"
        python = self.environment.python
        command = [python, "-s", "-c", bootstrap.format("inside.template"), str(theirs.fileno())]
        env = variables(self.environment)
        if isolated:
            arguments, sources = bwrap_arguments(self.environment, self.root, self.spool, command)
            self._below_tmp = bound_below_tmp(arguments)
            stage = self.root / "stage"
            stage.mkdir(mode=0o711)
            plan = {
                "bwrap": find_bwrap(),
                "arguments": arguments,
                "sources": sources,
                "stage": str(stage),
                "ids": self.ids,
            }
            command = [sys.executable, "-I", "-c", bootstrap.format("outside.launch"), json.dumps(plan)]
        else:
            home = self.root / "home"
            home.mkdir()
            env = {name: value.replace(layout.HOME + "/", f"{home}/") for name, value in env.items()}
            env["HOME"] = str(home)
        with theirs, open(self.root / "log", "wb") as log:
            if self.ids:
                os.chown(self.root, *self.ids)
                os.chown(self.spool, *self.ids)
            self._process = subprocess.Popen(
                command,
                env=env,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def _instruct(self, isolated: bool, warm: bool) -> None:
        """Says everything at once: the system keeps it until the process listens."""
        assert self._owner is not None
        self._owner.settimeout(_OUTSIDE_TIMEOUT)
        settings = {"isolated": isolated, "spool": str(self.spool), "warm": warm, "below_tmp": self._below_tmp}
        names = list(self.environment.preload)
        with contextlib.suppress(OSError):  # `await_ready` finds out why
            messages.send(self._owner, settings)
            for first in range(0, len(names), 500):
                messages.send(self._owner, {"preload": names[first : first + 500]})
            messages.send(self._owner, {"start": True})

    def _await_ready(self, timeout: float) -> None:
        assert self._owner is not None
        owner, isolated = self._owner, self._isolated
        try:
            inside, _ = messages.receive(owner)
        except OSError:
            inside = None
        if inside is None:
            if isolated and "Traceback" not in self._log():
                raise SandboxUnavailable(
                    f"bubblewrap could not set up a sandbox on this machine: {self._log()}\n"
                    '`attentif doctor` says what is missing. The choice to run code unprotected is sandbox = "none".'
                )
            raise TemplateFailed(f"the template did not start: {self._log()}")
        owner.settimeout(timeout)
        try:
            ready, _ = messages.receive(owner)
        except OSError as error:
            raise TemplateFailed(f"the template did not get ready: {error}; {self._log()}") from error
        if ready is None:
            raise TemplateFailed(f"the template died while it imported modules: {self._log()}")
        owner.settimeout(None)
        if ready["threads"] != 1:
            raise TemplateFailed(f"the imported modules started {ready['threads'] - 1} threads: not safe to fork")
        self.failed_modules = ready["failed"]
        self.memory = ready["memory"]
        self.pid = _listener_pid(self.spool / layout.TEMPLATE_SOCKET)
        about = {
            "environment": {
                "preload": self.environment.preload,
                "sandbox": self.environment.sandbox,
                "readable": self.environment.readable,
                "variables": self.environment.variables,
                "python": self.environment.python,
            },
            "ids": self.ids,
            "pid": self.pid,
            "memory": self.memory,
        }
        (self.root / "about.json").write_text(json.dumps(about))

    def _log(self) -> str:
        try:
            return (self.root / "log").read_bytes()[-2000:].decode(errors="replace").strip()
        except OSError:
            return ""

    def healthy(self) -> bool:
        """Alive, and not much bigger than when it was ready."""
        if self._process is not None and self._owner_pid == os.getpid() and self._process.poll() is not None:
            return False
        if processes.is_zombie(self.pid):
            return False
        return processes.resident(self.pid) < self.memory + _GROWTH

    def fork(
        self,
        limits: Limits,
        workdir: str | os.PathLike[str] | None,
        *,
        key: str,
        arguments: list[str] | None = None,
    ) -> Sandbox:
        """Forks a kernel and waits until its sockets are bound.

        workdir: the folder that the kernel gets a private, writable copy of; without a sandbox, the folder itself.
        Raises TemplateFailed, SandboxUnavailable, FolderTooLarge or KernelFailed.
        """
        folder = os.path.abspath(workdir) if workdir is not None else None
        return self.finish(self.begin(limits, key=key, arguments=arguments, folder=folder), limits, folder)

    def begin(
        self, limits: Limits, *, key: str, arguments: list[str] | None = None, folder: str | None = None
    ) -> Sandbox:
        """Asks for a kernel and does not wait. It runs nothing, not even its clocks, before `finish`.

        folder: needed without a sandbox, where the kernel starts in it. Raises TemplateFailed.
        """
        run = self.new_run()
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.settimeout(_FORK_TIMEOUT)
        sandbox = Sandbox(control, run, key)
        request = {
            "name": run.path.name,
            "limits": limits.to_json(),
            "key": key,
            "arguments": arguments or [],
            "workdir": layout.WORKDIR if self._isolated else folder or str(run.path),
            "run": run.inside,
            "variables": {"ATTENTIF_CHANNEL_DIR": run.channel_dir_inside},
            "other_processes": _other_processes(self.ids),
        }
        with self._ended_on_failure(sandbox):
            control.connect(str(self.spool / layout.TEMPLATE_SOCKET))
            messages.send(control, request)
        return sandbox

    def finish(self, sandbox: Sandbox, limits: Limits, folder: str | None) -> Sandbox:
        """Gives a kernel its files and waits until it can be talked to; it is ended on any failure.

        Raises as `fork`.
        """
        with self._ended_on_failure(sandbox):
            sandbox.admit(folder if self._isolated else None, limits)
        return sandbox

    @property
    def _isolated(self) -> bool:
        return self.environment.sandbox != "none"

    @contextlib.contextmanager
    def _ended_on_failure(self, sandbox: Sandbox) -> Iterator[None]:
        try:
            yield
        except (KernelFailed, FolderTooLarge, SandboxUnavailable):
            sandbox.close()
            raise
        except OSError as error:
            sandbox.close()
            raise TemplateFailed(f"no kernel from the template: {error}; {self._log()}") from error
        except BaseException:
            sandbox.close()
            raise

    def new_run(self) -> RunDirectory:
        """A directory for the next kernel's sockets."""
        path = self.spool / uuid.uuid4().hex[:8]
        run = RunDirectory(path, isolated=self._isolated, ids=self.ids)
        run.create()
        return run

    def close(self) -> None:
        """Ends the template if this process started it, and removes what it left on disk. Kernels live on."""
        if self._owner_pid != os.getpid():
            return
        if self._owner is not None:
            self._owner.close()
            self._owner = None
        if self._process is not None:
            if self._process.poll() is None:
                with contextlib.suppress(OSError):
                    if self.pid:
                        os.kill(self.pid, signal.SIGKILL)
                    else:
                        os.killpg(self._process.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            self._process = None
        # Kernels that still run keep their sockets' directories; the last one to end removes the rest.
        for name in ("stage", "home"):
            shutil.rmtree(self.root / name, ignore_errors=True)
        for path in (self.spool / layout.TEMPLATE_SOCKET, *(self.root / name for name in _FILES)):
            with contextlib.suppress(OSError):
                os.unlink(path)
        for directory in (self.spool, self.root):
            with contextlib.suppress(OSError):
                os.rmdir(directory)


def _make_root() -> Path:
    """A new directory for us and the sandbox's user; its name is short, a socket's path having at most 107 bytes."""
    base = tempfile.gettempdir()
    if len(base) > 40:
        base = "/tmp"
    remove_stale_roots(base)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))


def remove_stale_roots(base: str) -> None:
    """Removes what graders that were killed have left: directories of ours whose process no longer exists."""
    for entry in os.scandir(base):
        pid = entry.name.removeprefix(_PREFIX).split("-")[0]
        if not entry.name.startswith(_PREFIX) or not pid.isdigit() or not entry.is_dir(follow_symlinks=False):
            continue
        if not os.path.exists(f"/proc/{pid}") and time.time() - entry.stat(follow_symlinks=False).st_mtime > 60:
            shutil.rmtree(entry.path, ignore_errors=True)


def remove_roots_of(pid: int) -> None:
    """Removes what a grader with this process id has left, if it is dead."""
    if os.path.exists(f"/proc/{pid}"):
        return
    for base in {tempfile.gettempdir(), "/tmp"}:
        for path in Path(base).glob(f"{_PREFIX}{pid}-*"):
            shutil.rmtree(path, ignore_errors=True)


def _listener_pid(path: Path) -> int:
    """The process that listens on a Unix socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
        probe.connect(str(path))
        return int.from_bytes(probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 4), sys.byteorder)


def _other_processes(ids: tuple[int, int] | None) -> int:
    """Since Linux 5.14 processes count per user namespace; before, against all others of the user."""
    major, minor = (int(part) for part in os.uname().release.split(".")[:2])
    if (major, minor) >= (5, 14):
        return 0
    return processes.threads_of_user(ids[0] if ids else os.getuid())
