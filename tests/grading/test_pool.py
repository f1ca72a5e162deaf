"""Workers: what they have done is told as it is done, a death loses nothing but what was under way. They are forked
from the process that has imported everything, unless threads make that unsafe."""

import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest

from attentif.scheduler.pool import PoolWorkers
from attentif.scheduler.workers import WorkerDied

SCRIPT = """
import os, sys, threading
from attentif.scheduler.startup import worker_modules
from attentif.scheduler.pool import forked_pool

ended = threading.Event()
if sys.argv[1] == "a thread":
    threading.Thread(target=ended.wait).start()
pool = forked_pool(2)
parents = {pool.submit(os.getppid).result() for _ in range(4)}
ended.set()
pool.shutdown()
print("from us" if parents == {os.getpid()} else "from a server")
"""


@pytest.mark.parametrize(("threads", "forked"), [("none", "from us"), ("a thread", "from a server")])
def test_where_workers_come_from(threads, forked):
    done = subprocess.run([sys.executable, "-c", SCRIPT, threads], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == forked, done.stderr


@pytest.fixture
def workers():
    spawn = multiprocessing.get_context("spawn")
    workers = PoolWorkers(1, lambda count: ProcessPoolExecutor(count, mp_context=spawn))
    yield workers
    workers.close()


def test_results_come_under_their_names_and_more_may_be_handed_out_meanwhile(workers):
    workers.submit("first", abs, -1)
    found = {}
    for name, result in workers.finished():
        found[name] = result
        if len(found) < 3:
            workers.submit(len(found), abs, -10 * len(found))
    assert found == {"first": 1, 1: 10, 2: 20}
    assert list(workers.finished()) == []


def test_what_a_call_raises_is_raised(workers):
    workers.submit("bad", int, "no number")
    with pytest.raises(ValueError, match="no number"):
        list(workers.finished())


def test_a_death_names_what_was_lost_and_keeps_what_was_done(workers):
    workers.submit("kept", abs, -1)
    workers.submit("deadly", os._exit, 1)
    workers.submit("behind", abs, -2)
    told = []
    with pytest.raises(WorkerDied) as caught:
        told.extend(workers.finished())  # keeps what came before the end
    assert told == [("kept", 1)]
    assert "deadly" in caught.value.lost
    assert {*caught.value.lost, *caught.value.refused} == {"deadly", "behind"}


def test_what_comes_after_a_death_is_refused_until_workers_are_replaced(workers):
    workers.submit("deadly", os._exit, 1)
    with pytest.raises(WorkerDied):
        list(workers.finished())
    workers.submit("late", abs, -1)
    with pytest.raises(WorkerDied) as caught:
        list(workers.finished())
    assert (caught.value.lost, caught.value.refused) == ((), ("late",))
    workers.replace()
    workers.submit("late", abs, -1)
    assert list(workers.finished()) == [("late", 1)]


def test_workers_closed_twice_are_closed(workers):
    workers.submit("any", abs, -1)
    workers.close(at_once=True)
    workers.close()
    assert list(workers.finished()) == []
