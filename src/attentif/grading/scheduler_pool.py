"""Worker processes on this machine: forked from a server that has imported everything once, and ended with us."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import util

_WORKER = "attentif.grading.scheduler_worker"


def process_pool(workers: int) -> Executor:
    """A pool of ``workers`` processes; they end at once when this process ends, however it ends."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_WORKER])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)


def kill_workers() -> None:
    """Ends the pool's processes of this process at once, with what they were grading."""
    for process in multiprocessing.active_children():
        if process.name.startswith("ForkServerProcess"):
            process.kill()


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_worker() -> None:
    from attentif.kernels import templates

    gc.freeze()  # what the server has imported stays shared between workers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who writes grades; it ends us
    util.Finalize(None, templates.close_templates, exitpriority=0)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
