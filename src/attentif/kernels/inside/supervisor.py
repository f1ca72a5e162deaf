"""The first process of a kernel's sandbox: starts the kernel, watches its limits, outlives it, reports.

It is pid 1 of the kernel's pid namespace, so that its own death ends everything inside. Processes that the kernel
forked live on when the kernel dies, until the owner ends the sandbox.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Callable
from typing import Any, NoReturn

from attentif.kernels.inside import namespaces
from attentif.kernels.shared import layout, messages, processes, syscalls
from attentif.kernels.shared.limits import Limits

TICK = 0.05  # seconds between two looks at the limits
_STDERR_KEPT = 8192  # bytes
_KILLS_REPORTED = 100


def reset_signals() -> None:
    """The dispositions of a fresh process, in a child of the template."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)


class Supervisor:
    """Runs in the sandbox, between the owner's `control` socket and the kernel."""

    def __init__(self, control: socket.socket, limits: Limits, *, isolated: bool) -> None:
        self.control = control
        self.limits = limits
        self.isolated = isolated
        self.started = time.monotonic()
        self.base = processes.resident("self")
        self.kernel = 0
        self.kernel_alive = False
        self.admitted = False  # the folder's files are all there
        self.waiting: socket.socket | None = None  # of the kernel, once its own sockets exist
        self.reason = ""
        self.kills = 0
        self.peak_rss = 0
        self.memory = 0
        self.peak_memory = 0
        self.reaped_cpu = 0.0
        self.verified_at = 0
        self.full_ticks = 0
        self.stderr = b""

    def run(self, kernel_main: Callable[[socket.socket, int], NoReturn]) -> NoReturn:
        """Forks the kernel, which runs `kernel_main(socket to us, standard error)`, then serves until the end."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stderr, stderr_in = os.pipe()
        self.kernel = os.fork()
        if self.kernel == 0:
            ours.close()
            self.control.close()
            os.close(stderr)
            kernel_main(theirs, stderr_in)
        theirs.close()
        os.close(stderr_in)
        os.set_blocking(stderr, False)
        self.kernel_alive = True
        died = os.pidfd_open(self.kernel)
        poller = select.poll()
        for fd in (self.control.fileno(), ours.fileno(), stderr, died):
            poller.register(fd, select.POLLIN)
        next_look = time.monotonic() + TICK
        while True:
            wait = max(0.0, next_look - time.monotonic()) * 1000 if self.admitted else None
            for fd, _ in poller.poll(wait):
                if fd == self.control.fileno():
                    self._obey()
                elif fd == ours.fileno():
                    if messages.receive(ours)[0] is not None:
                        self.waiting = ours
                        self._seal()
                    else:
                        poller.unregister(ours.fileno())
                        ours.close()
                        ours = socket.socket()  # closed for good; the number must not come back
                elif fd == stderr:
                    if not self._read_stderr(stderr):
                        poller.unregister(stderr)
                        os.close(stderr)
                elif fd == died:
                    poller.unregister(died)
                    os.close(died)
                    self._reap()
            if self.admitted and time.monotonic() >= next_look:
                self._reap()
                self._look()
                next_look = time.monotonic() + TICK

    def _seal(self) -> None:
        """Lets the kernel go on when its files are there and its sockets exist: from here on nothing in RUN changes."""
        if not self.admitted or self.waiting is None:
            return
        if self.isolated:
            namespaces.close_run_directory()
        messages.send(self.waiting, {"go": True})
        self.started = time.monotonic()
        self._report({"event": "bound"})

    def _report(self, message: dict[str, Any]) -> None:
        try:
            messages.send(self.control, message)
        except OSError:
            self._end()

    def _report_kill(self, pid: int, reason: str) -> None:
        self.kills += 1
        if self.kills <= _KILLS_REPORTED:  # the owner may not be reading, and this process must not wait for it
            self._report({"event": "kill", "pid": pid, "reason": reason})

    def _obey(self) -> None:
        message, fds = messages.receive(self.control)
        if message is None:  # the owner is gone
            self._end()
        elif "files" in message:
            namespaces.write_files(layout.WORKDIR, message, fds)
        elif message["op"] == "go":
            self.admitted = True
            self._seal()
        elif message["op"] == "signal" and self.kernel_alive:
            os.kill(self.kernel, message["number"])
        elif message["op"] == "usage":
            self._report({"event": "usage", "usage": self._usage()})
        elif message["op"] == "end":
            self._end()

    def _end(self) -> NoReturn:
        """The end of this process is the end of its pid namespace."""
        if not self.isolated:
            self._kill_all()
        os._exit(0)

    def _read_stderr(self, fd: int) -> bool:
        try:
            data = os.read(fd, 65536)
        except BlockingIOError:
            return True
        self.stderr = (self.stderr + data)[-_STDERR_KEPT:]
        return bool(data)  # never refused: ipykernel's thread that copies to it would die, and writers hang

    def _reap(self) -> None:
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.reaped_cpu += used.ru_utime + used.ru_stime
            self.peak_rss = max(self.peak_rss, used.ru_maxrss * 1024)
            if pid == self.kernel:
                self.kernel_alive = False
                signaled = os.WIFSIGNALED(status)
                code = os.WTERMSIG(status) if signaled else os.WEXITSTATUS(status)
                reason = self.reason or ("signal" if signaled else "exit code")
                if signaled and code == signal.SIGXCPU:
                    reason = "cpu limit"
                self._report(
                    {
                        "event": "exit",
                        "kind": reason,
                        "code": code,
                        "usage": self._usage(),
                        "stderr": self.stderr.decode(errors="replace"),
                    }
                )

    def _pids(self) -> list[int]:
        return processes.all_but_init() if self.isolated else processes.descendants(os.getpid())

    def _usage(self) -> dict[str, Any]:
        pids = self._pids()
        return {
            "cpu": self.reaped_cpu + sum(processes.cpu_and_threads(pid)[0] for pid in pids),
            "peak_rss": self.peak_rss,
            "memory": self.memory,
            "peak_memory": self.peak_memory,
            "processes": len(pids),
        }

    def _look(self) -> None:
        """Compares what the sandbox uses with its limits, and kills where one is passed."""
        limits = self.limits
        added: dict[int, int] = {}
        cpu, threads = self.reaped_cpu, 1
        for pid in self._pids():
            added[pid] = max(0, processes.resident(pid) - self.base)
            seconds, count = processes.cpu_and_threads(pid)
            cpu += seconds
            threads += count
        self.memory = sum(added.values())
        self.peak_memory = max(self.peak_memory, self.memory)
        if limits.wall and time.monotonic() - self.started > limits.wall:
            self._kill_all("wall limit")
        elif limits.cpu and cpu > limits.cpu:
            self._kill_all("cpu limit")
        elif limits.processes and threads >= limits.processes:
            self.full_ticks += 1
            if self.full_ticks >= 4:
                self._kill_all("process limit")
        else:
            self.full_ticks = 0
            if limits.memory and self.memory > limits.memory and self._over_memory(added):
                self._kill(max(added, key=added.__getitem__), "memory limit")

    def _over_memory(self, added: dict[int, int]) -> bool:
        """Counts shared pages once, where several processes add up to too much; a costly look, so not at each tick."""
        if max(added.values()) > self.limits.memory:
            return True
        if self.memory < self.verified_at * 1.05:
            return False
        exact = sum(processes.proportional(pid) for pid in added)
        self.verified_at = self.memory
        return exact > self.limits.memory or not exact

    def _kill(self, pid: int, reason: str) -> None:
        if pid == self.kernel:
            self.reason = self.reason or reason
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self._report_kill(pid, reason)
        self._reap()

    def _kill_all(self, reason: str = "") -> None:
        """Kills everything inside, however fast it forks."""
        pids = self._pids()
        if not pids:
            return
        if reason:
            self.reason = self.reason or reason
            self._report_kill(self.kernel, reason)
        if self.isolated:
            os.kill(-1, signal.SIGKILL)  # all processes that this one can see, except itself
        else:
            while pids := [pid for pid in self._pids() if not processes.is_zombie(pid)]:
                for pid in pids:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        continue


def start_supervisor(
    control: socket.socket, request: dict[str, Any], *, isolated: bool, ids: tuple[int, int]
) -> NoReturn:
    """The life of a template's child: furnishes the sandbox, runs the kernel, takes in the files. Never returns."""
    from attentif.kernels.inside import kernel

    reset_signals()
    limits = Limits.from_json(request["limits"])
    try:
        if isolated:
            namespaces.furnish(request["name"], limits, *ids, request["below_tmp"])
        else:
            syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
        messages.send(control, {"event": "furnished"})
        supervisor = Supervisor(control, limits, isolated=isolated)
        supervisor.run(lambda ours, stderr: kernel.start_kernel(request, limits, ours, stderr, isolated=isolated))
    except BaseException as error:
        try:
            messages.send(control, {"event": "failed", "error": f"{type(error).__name__}: {error}"[:2000]})
        finally:
            os._exit(70)
