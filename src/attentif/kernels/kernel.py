"""The kernel process itself: gives up what it must not have, then runs an ordinary ipykernel."""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
import traceback
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

from attentif.kernels import layout, messages, processes, seccomp, syscalls
from attentif.kernels.limits import Limits, apply_rlimits

if TYPE_CHECKING:
    from ipykernel.kernelapp import IPKernelApp


def start_kernel(
    request: dict[str, Any], limits: Limits, supervisor: socket.socket, stderr: int, *, isolated: bool
) -> NoReturn:
    """Runs the kernel that `request` describes until it ends. Never returns."""
    from attentif.kernels.output import BoundedOutStream

    status = 70
    try:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        os.dup2(stderr, 2)
        os.setsid()
        os.dup2(supervisor.detach(), 3)
        os.closerange(4, 65536)
        os.chdir(request["workdir"])
        if not isolated:
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        apply_rlimits(
            limits, inherited_data=processes.writable("self"), other_processes=request.get("other_processes", 0)
        )
        if isolated:
            syscalls.drop_capabilities()
            seccomp.install()
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # so that the supervisor and the owner may measure its memory
        os.environ.update(request["variables"], PWD=request["workdir"])
        reseed()
        BoundedOutStream.limit = limits.output
        app = create_app(request, socket.socket(fileno=3))
        app.start()
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(status)


def create_app(request: dict[str, Any], supervisor: socket.socket | None = None) -> IPKernelApp:
    """An initialised ipykernel application on the sockets and the key of `request`."""
    from ipykernel import ipkernel
    from ipykernel.kernelapp import IPKernelApp
    from traitlets.config import Config

    class App(IPKernelApp):
        def parse_command_line(self, argv: list[str] | None = None) -> None:
            if argv:  # a parser takes as long to make as all the sockets
                super().parse_command_line(argv)

        def init_path(self) -> None:
            # Last, where ipykernel has it first: a torch.py in the submission's folder must not pass for the library.
            sys.path.append("")

        def init_kernel(self) -> None:
            # It lists the file of every module, for a debugger: to touch each is to copy ten megabytes of the template.
            vars(ipkernel)["sys"] = SimpleNamespace(**{**vars(sys), "modules": {}})
            super().init_kernel()
            vars(ipkernel)["sys"] = sys

        def init_io(self) -> None:
            # All sockets are bound, save that the heartbeat's thread may still be about to.
            if supervisor is not None:
                wait_for_sockets(f"{self.ip}-{{}}")
                messages.send(supervisor, {"event": "bound"})
                messages.receive(supervisor)
                supervisor.close()
            super().init_io()

    config = Config()
    config.Session.key = request["key"].encode()
    config.HistoryManager.enabled = False
    run = request["run"]
    app: IPKernelApp = App.instance(
        config=config,
        transport="ipc",
        ip=f"{run}/{layout.CHANNELS}",
        connection_file=f"{run}/kernel.json",
        log_level=50,
        outstream_class="attentif.kernels.output.BoundedOutStream",
        **layout.PORTS,
    )
    app.initialize(request.get("arguments") or [])
    return app


def wait_for_sockets(pattern: str) -> None:
    """Until every socket's file exists; TimeoutError after ten seconds."""
    import time

    deadline = time.monotonic() + 10
    for port in layout.PORTS.values():
        while not os.path.exists(pattern.format(port)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"socket {pattern.format(port)} was not bound")
            time.sleep(0.0005)


def reseed() -> None:
    """Fresh randomness in a fork: what a new process would have drawn from the system."""
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.default_generator.seed()
