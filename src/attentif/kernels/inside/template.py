"""The template: a process that has imported what kernels need and forks one kernel per request.

It runs in the outer sandbox, has one thread, never reads a notebook and never runs student code. Its standard
output and error are the log that its owner reads when it fails.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import shutil
import signal
import socket
import sys
from typing import Any

from attentif.kernels.inside import hugepages, supervisor
from attentif.kernels.shared import layout, messages, processes, syscalls

# numpy imports its random numbers when they are first used, and the agent uses them.
_BASE_MODULES = ("ipykernel.kernelapp", "zmq.asyncio", "jupyter_client", "numpy", "numpy.random")
# Looks for the running IPython shell at import, where the template has none: each kernel imports it itself.
_BOUND_TO_A_SHELL = ("matplotlib_inline.backend_inline",)


def main() -> None:
    """Serves on the socket whose number is the first argument, until its owner closes it."""
    owner = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(owner.fileno(), False)
    sys.argv = ["template"]
    settings, _ = messages.receive(owner)
    if settings is None:
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
    isolated = settings["isolated"]
    spool = layout.SPOOL if isolated else settings["spool"]
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(f"{spool}/{layout.TEMPLATE_SOCKET}")
    listener.listen(64)
    messages.send(owner, {"event": "inside"})

    preload: list[str] = []
    while (message := messages.receive(owner)[0]) is not None and "preload" in message:
        preload += message["preload"]
    if message is None:
        return
    gc.disable()  # nothing that an import makes is garbage
    failed: list[str] = []
    if settings["warm"]:
        with hugepages.collapsing():
            failed += import_modules(_BASE_MODULES) + import_modules(preload)
        import_modules(rehearse(spool))
        prepare()
    else:
        failed += import_modules(preload)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # from here on the system reaps
    for name in _BOUND_TO_A_SHELL:
        sys.modules.pop(name, None)
    gc.freeze()
    gc.enable()
    threads = processes.cpu_and_threads("self")[1]
    failed = [name for name in failed if name not in sys.modules][:200]
    ready = {"event": "ready", "failed": failed, "threads": threads, "memory": processes.resident("self")}
    messages.send(owner, ready)
    serve(owner, listener, settings["below_tmp"], isolated=isolated)


def prepare() -> None:
    """What kernels share beyond modules: the application and the shell, made but not started."""
    from attentif.kernels.inside import application

    application.prepare()
    application.prepare_shell()


def import_modules(names: list[str] | tuple[str, ...]) -> list[str]:
    """Imports what can be imported; the names of what cannot."""
    failed = []
    for name in names:
        if name in sys.modules:
            continue
        try:
            importlib.import_module(name)
        except BaseException as error:
            if isinstance(error, (KeyboardInterrupt, MemoryError)):
                raise
            failed.append(name)
    return failed


def rehearse(spool: str) -> list[str]:
    """The modules that a kernel imports while it starts and runs its first cells, found by doing so in a child."""
    from attentif.kernels.inside import application

    run = f"{layout.HOME if spool == layout.SPOOL else spool}/rehearsal"
    os.makedirs(run)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            before = set(sys.modules)
            app: Any = application.create_app({"run": run, "key": "rehearsal"})
            for code in ("import sys\nprint(1)\n1", "1/0", "%matplotlib inline" if "matplotlib" in sys.modules else ""):
                app.shell.run_cell(code)
            found = [name for name in sys.modules if name not in before and name != "__main__"]
            with os.fdopen(writing, "w") as file:
                file.write("\n".join(found))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        found = file.read().split("\n")
    os.waitpid(pid, 0)
    shutil.rmtree(run)
    return [name for name in found if name]


def serve(owner: socket.socket, listener: socket.socket, below_tmp: list[str], *, isolated: bool) -> None:
    """One fork for each connection; returns when the owner has gone."""
    poller = select.poll()
    poller.register(owner, select.POLLIN)
    poller.register(listener, select.POLLIN)
    while True:
        for fd, _ in poller.poll():
            if fd == owner.fileno():
                return
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                try:
                    request, _ = messages.receive(connection)
                    if request is None:
                        continue
                    connection.settimeout(None)
                    request["below_tmp"] = below_tmp
                    fork_supervisor(owner, listener, connection, request, isolated=isolated)
                except (OSError, ValueError, KeyError) as error:
                    try:
                        messages.send(connection, {"event": "failed", "error": f"{type(error).__name__}: {error}"})
                    except OSError:
                        continue


def fork_supervisor(
    owner: socket.socket, listener: socket.socket, connection: socket.socket, request: dict[str, Any], *, isolated: bool
) -> None:
    """Forks the first process of a sandbox, and sends its owner a descriptor of it."""
    ids = (os.getuid(), os.getgid())
    pid = syscalls.fork_into_namespaces(syscalls.ALL_NAMESPACES) if isolated else os.fork()
    if pid == 0:
        owner.close()
        listener.close()
        supervisor.start_supervisor(connection, request, isolated=isolated, ids=ids)
    pidfd = os.pidfd_open(pid)
    try:
        messages.send(connection, {"event": "forked", "pid": pid}, [pidfd])
    finally:
        os.close(pidfd)


if __name__ == "__main__":
    main()
