"""The ipykernel application of a kernel: an ordinary one, of which a template can make ready what needs no socket.

Imports ipykernel: only a template that warms up and kernels do that.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

from ipykernel import ipkernel
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core import shellapp
from IPython.core.profiledir import ProfileDir
from traitlets.config import Config

from attentif.kernels.shared import layout, messages


class Kernel(IPythonKernel):
    """ipykernel's, also around a shell that the template has made."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        shell: Any = self.shell
        if shell.kernel is not self:
            shell.parent, shell.kernel, shell.profile_dir = self, self, self.profile_dir
            shell.starting_dir = os.getcwd()
            shell.history_manager.dir_hist[:] = [Path.cwd()]


class KernelApp(IPKernelApp):
    """ipykernel's application; tells the supervisor when its sockets exist."""

    supervisor: ClassVar[socket.socket | None] = None
    known_modules: ClassVar[set[str]] = set()  # of the template

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """As ipykernel's; without arguments nothing: a parser takes as long to make as all the sockets."""
        if argv:
            super().parse_command_line(argv)

    def init_path(self) -> None:
        """Last, where ipykernel has it first: a torch.py in the submission's folder must not pass for the library."""
        sys.path.append("")

    def init_kernel(self) -> None:
        """As ipykernel's, which would list the file of every module for a debugger."""
        with modules_hidden_from(ipkernel):
            super().init_kernel()

    def init_code(self) -> None:
        """As ipykernel's, which would list the names of all modules: those of the template are known."""
        if not self.known_modules:
            super().init_code()
            return
        with modules_hidden_from(shellapp):
            super().init_code()
        assert self.shell is not None
        self.shell._sys_modules_keys = self.known_modules

    def init_io(self) -> None:
        """As ipykernel's, once nothing in the run directory will change any more."""
        if self.supervisor is not None:
            wait_for_sockets(f"{self.ip}-{{}}")
            messages.send(self.supervisor, {"event": "bound"})
            messages.receive(self.supervisor)
            self.supervisor.close()
        super().init_io()


@contextlib.contextmanager
def modules_hidden_from(module: ModuleType) -> Iterator[None]:
    """An empty ``sys.modules`` for one module: to touch each entry is to copy megabytes of what a fork shares."""
    vars(module)["sys"] = SimpleNamespace(**{**vars(sys), "modules": {}})
    try:
        yield
    finally:
        vars(module)["sys"] = sys


def prepare() -> None:
    """Makes the application that `create_app` will find."""
    config = Config()
    config.HistoryManager.enabled = False
    KernelApp.instance(
        config=config,
        transport="ipc",
        log_level=50,
        outstream_class="attentif.kernels.inside.output.BoundedOutStream",
        kernel_class=Kernel,
        **layout.PORTS,
    )


def prepare_shell() -> None:
    """In a template, after `prepare`: the shell too."""
    profile = ProfileDir(location=f"{os.environ['IPYTHONDIR']}/profile_default")
    shell = ZMQInteractiveShell.instance(
        config=KernelApp.instance().config, profile_dir=profile, compiler_class=XCachingCompiler
    )
    shell.run_cell("pass", store_history=False, silent=True)  # what IPython makes at its first cell is then shared
    KernelApp.known_modules = set(sys.modules)


def create_app(request: dict[str, Any], supervisor: socket.socket | None = None) -> IPKernelApp:
    """An initialised application on the sockets and the key of `request`."""
    if not KernelApp.initialized():
        prepare()
    app: KernelApp = KernelApp.instance()
    KernelApp.supervisor = supervisor
    app.config.Session.key = request["key"].encode()
    app.ip = f"{request['run']}/{layout.CHANNELS}"
    app.connection_file = f"{request['run']}/kernel.json"
    app.initialize(request.get("arguments") or [])
    return app


def wait_for_sockets(pattern: str) -> None:
    """Until every socket's file exists (the heartbeat's thread may still be about to); TimeoutError after 10 s."""
    deadline = time.monotonic() + 10
    for port in layout.PORTS.values():
        while not os.path.exists(pattern.format(port)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"socket {pattern.format(port)} was not bound")
            time.sleep(0.0005)
