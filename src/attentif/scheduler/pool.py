"""Worker processes on this machine: forked from a server that has imported everything once, and ended with us."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import forkserver, util

from attentif.kernels.shared import processes

_SERVER = "attentif.scheduler.startup.server"


def process_pool(workers: int) -> Executor:
    """A pool of ``workers`` processes; they end at once when this process ends, however it ends."""
    start_server()
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)


def forked_pool(workers: int) -> Executor:
    """The same, forked from this very process, which has imported everything; from a server where it has threads."""
    if processes.cpu_and_threads("self")[1] > 1:
        return process_pool(workers)
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
    pool.submit(os.getpid)  # forks them all, before the pool's own threads
    return pool


def start_server() -> None:
    """Starts the process that workers are forked from, which takes some seconds: the sooner the better."""
    multiprocessing.get_context("forkserver").set_forkserver_preload([_SERVER])
    forkserver.ensure_running()


def kill_workers() -> None:
    """Ends the pool's processes of this process at once, with what they were grading."""
    for process in multiprocessing.active_children():
        if process.name.startswith(("ForkServerProcess", "ForkProcess")):
            process.kill()


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_worker() -> None:
    from attentif.kernels.outside import templates
    from attentif.scheduler.startup import quick_imports

    warnings.simplefilter("ignore")  # SQLAlchemy's, about nbgrader's own code
    quick_imports.settle()  # what the server has imported stays shared between workers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who writes grades; it ends us
    util.Finalize(None, templates.close_templates, exitpriority=0)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
