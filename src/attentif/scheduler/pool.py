"""Worker processes on this machine: forked from a server that has imported everything once, and ended with us."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from multiprocessing import forkserver, util
from typing import Any

from attentif.kernels.shared import processes
from attentif.scheduler.workers import WorkerDied

_SERVER = "attentif.scheduler.startup.server"


@dataclass
class PoolWorkers:
    """Workers behind an executor: ``executor``, or what ``make(count)`` gives at its first use and whenever a death has
    broken the one before."""

    count: int
    make: Callable[[int], Executor]
    executor: Executor | None = None
    _under_way: dict[Future[Any], Any] = field(default_factory=dict)
    _refused: list[Any] = field(default_factory=list)

    def submit(self, name: Hashable, function: Callable[..., Any], *arguments: Any) -> None:
        """As in Workers."""
        if self.executor is None:
            self.executor = self.make(self.count)
        try:
            self._under_way[self.executor.submit(function, *arguments)] = name
        except BrokenExecutor:
            self._refused.append(name)

    def finished(self) -> Iterator[tuple[Any, Any]]:
        """As in Workers."""
        while self._under_way and not self._refused:
            done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
            if any(isinstance(future.exception(), BrokenExecutor) for future in done):
                break
            for future in done:
                yield self._under_way.pop(future), future.result()
        if self._under_way or self._refused:
            yield from self._left_by_a_death()

    def _left_by_a_death(self) -> Iterator[tuple[Any, Any]]:
        reason = "its process pool is broken"
        lost = []
        for future in list(self._under_way):
            name = self._under_way.pop(future)
            if future.done() and future.exception() is None:
                yield name, future.result()
            else:
                lost.append(name)
                reason = str(future.exception()) if future.done() else reason
        raise WorkerDied(reason, lost, self._refused)

    def replace(self) -> None:
        """As in Workers."""
        self._forget()

    def close(self, *, at_once: bool = False) -> None:
        """As in Workers."""
        if at_once:
            kill_workers()
        self._forget()

    def _forget(self) -> None:
        if self.executor is not None:
            self.executor.shutdown(wait=False, cancel_futures=True)
        self.executor = None
        self._under_way, self._refused = {}, []


def local_workers(count: int = 0) -> PoolWorkers:
    """Processes of this machine, one for each core where no count is given."""
    return PoolWorkers(count or usable_cores(), process_pool)


def forked_workers(count: int = 0) -> PoolWorkers:
    """The same, the first of them forked from this process at once, before it has threads of its own."""
    count = count or usable_cores()
    return PoolWorkers(count, process_pool, forked_pool(count))


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
