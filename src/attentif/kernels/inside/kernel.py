"""The kernel process itself: gives up what it must not have, then runs an ordinary ipykernel."""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
import traceback
from typing import Any, NoReturn

from attentif.kernels.inside import seccomp
from attentif.kernels.shared import processes, syscalls
from attentif.kernels.shared.limits import Limits, apply_rlimits


def start_kernel(
    request: dict[str, Any], limits: Limits, supervisor: socket.socket, stderr: int, *, isolated: bool
) -> NoReturn:
    """Runs the kernel that `request` describes until it ends. Never returns."""
    from attentif.kernels.inside.application import create_app
    from attentif.kernels.inside.output import BoundedOutStream

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


def reseed() -> None:
    """Fresh randomness in a fork: what a new process would have drawn from the system."""
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.default_generator.seed()
