"""One forked kernel as its owner sees it, outside the sandbox."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attentif.kernels.outside.folder import send_folder
from attentif.kernels.outside.sandbox import SandboxUnavailable
from attentif.kernels.shared import layout, messages, processes
from attentif.kernels.shared.limits import Ended, Kill, Limits, Usage


class KernelFailed(RuntimeError):
    """The kernel ended before it was ready. The message has the end of its standard error."""


@dataclass
class RunDirectory:
    """The directory that one kernel shares with the grader: `path` on the host, `inside` in the kernel."""

    path: Path
    isolated: bool
    ids: tuple[int, int] | None

    def create(self) -> None:
        """Makes it, for the sandbox's user alone."""
        for path in (self.path, self.channel_dir):
            os.mkdir(path, 0o700)
            if self.ids:
                os.chown(path, *self.ids)

    @property
    def inside(self) -> str:
        """Its path in the kernel."""
        return layout.RUN if self.isolated else str(self.path)

    @property
    def channel_dir(self) -> Path:
        """Where the grader may listen, on the host."""
        return self.path / layout.CHANNEL_DIR

    @property
    def channel_dir_inside(self) -> str:
        """The same directory's path in the kernel."""
        return f"{self.inside}/{layout.CHANNEL_DIR}"

    def remove(self) -> None:
        """Removes it, and what its template has left when this was the last kernel."""
        shutil.rmtree(self.path, ignore_errors=True)
        for directory in self.path.parents[:2]:
            with contextlib.suppress(OSError):
                os.rmdir(directory)


class Sandbox:
    """One kernel, with everything it started, as its owner sees it."""

    def __init__(self, control: socket.socket, run: RunDirectory, key: str) -> None:
        self.run = run
        self.key = key  # with which the kernel signs its messages
        self.pid = 0  # of the supervisor, outside
        self.kills: list[Kill] = []
        self.stderr = ""
        self._control = control
        self._pidfd = -1
        self._ended: Ended | None = None
        self._usage: Usage | None = None
        self._seen: set[str] = set()
        self._lock = threading.RLock()
        self._closed = False

    def admit(self, folder: str | None, limits: Limits) -> None:
        """Hands a kernel the files of its folder, lets it go on, and waits until its sockets can be used.

        Raises KernelFailed, SandboxUnavailable, FolderTooLarge, or OSError when the template is gone.
        """
        self.await_event("furnished")
        if folder is not None:
            send_folder(self._control, folder, limits)
        messages.send(self._control, {"op": "go"})
        self.await_event("bound")
        self._control.settimeout(None)
        self._control.setblocking(False)

    def await_event(self, name: str) -> None:
        """Handles events until `name` has come; KernelFailed when the kernel ends before."""
        while name not in self._seen or not self.pid:
            message, fds = messages.receive(self._control)
            if message is None:
                raise ConnectionError("the template closed the connection")
            self._handle(message, fds)
            if self._ended is not None:
                raise KernelFailed(f"the kernel ended before it was ready ({self._ended}): {self.stderr.strip()}")

    def _handle(self, message: dict[str, Any], fds: list[int]) -> None:
        event = message["event"]
        self._seen.add(event)
        if event == "forked":
            self.pid, self._pidfd = message["pid"], fds[0]
        elif event == "failed":
            raise SandboxUnavailable(f"a sandboxed kernel could not be set up: {message['error']}")
        elif event == "kill":
            self.kills.append(Kill(message["pid"], message["reason"]))
        elif event == "usage":
            self._usage = Usage(**message["usage"])
        elif event == "exit":
            self._ended = self._ended or Ended(message["kind"], message["code"])
            self._usage = Usage(**message["usage"])
            self.stderr = message["stderr"]

    def _drain(self, timeout: float = 0.0, until: str = "") -> None:
        """Handles the events that have arrived; waits up to `timeout` seconds for the one called `until`."""
        deadline = time.monotonic() + timeout
        with self._lock:
            self._seen.discard(until)
            while not self._closed and until not in self._seen:
                ready, _, _ = select.select([self._control], [], [], max(0.0, deadline - time.monotonic()))
                if not ready:
                    break
                try:
                    message, fds = messages.receive(self._control, socket.MSG_DONTWAIT)
                except OSError:
                    message, fds = None, []
                if message is None:
                    if self._ended is None:
                        self._ended = Ended("lost", signal.SIGKILL)
                    break
                self._handle(message, fds)

    def ended(self) -> Ended | None:
        """How the kernel process ended; None while it runs."""
        self._drain()
        return self._ended

    def end(self, kind: str, *, wait: bool = True) -> None:
        """Records `kind` ("killed", "output limit") as how the kernel ended, unless it had ended, and kills all."""
        self._drain()
        if self._ended is None:
            self.usage()
        if self._ended is None:
            self._ended = Ended(kind, signal.SIGKILL)
        self.kill(wait=wait)

    def send_signal(self, number: int) -> None:
        """Sends a signal to the kernel process (not to what it forked)."""
        with contextlib.suppress(OSError):
            messages.send(self._control, {"op": "signal", "number": number})

    def usage(self) -> Usage:
        """What the sandbox has used so far; what it had used when the kernel ended."""
        if self._ended is None:
            with contextlib.suppress(OSError):
                messages.send(self._control, {"op": "usage"})
                self._drain(0.25, "usage")
        usage = self._usage or Usage()
        usage.kills = list(self.kills)
        return usage

    def added_memory(self) -> int:
        """Bytes that the kernel and its supervisor hold and share with nobody, the template included."""
        pids = [self.pid, *processes.descendants(self.pid)]
        return sum(processes.private(pid) for pid in pids)

    def kernel_pid(self) -> int:
        """The kernel process's id outside; 0 when it cannot be told."""
        found = processes.children(self.pid)
        return min(found) if found else 0

    def kill(self, *, wait: bool = True) -> None:
        """Kills the kernel and everything it started, and waits until they are gone."""
        if self._closed or self._pidfd < 0:
            return
        if not self.run.isolated:
            with contextlib.suppress(OSError):
                messages.send(self._control, {"op": "end"})
            if self._gone(5.0):
                return
        with contextlib.suppress(ProcessLookupError, OSError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        if wait:
            self._gone(5.0)

    def _gone(self, timeout: float) -> bool:
        ready, _, _ = select.select([self._pidfd], [], [], timeout)
        return bool(ready)

    @property
    def alive(self) -> bool:
        """Does anything of the sandbox still exist?"""
        return not self._closed and self._pidfd >= 0 and not self._gone(0.0)

    def close(self) -> None:
        """Kills what is left and removes the shared directory."""
        with self._lock:
            if self._closed:
                return
            self.kill()
            self._closed = True
            self._control.close()
            if self._pidfd >= 0:
                os.close(self._pidfd)
            self.run.remove()

    def forget(self) -> None:
        """In a fork of the owner: lets go of what belongs to it, and leaves the kernel alone."""
        self._closed = True
        self._control.close()
        if self._pidfd >= 0:
            os.close(self._pidfd)
