"""Workers are forked from the process that has imported everything, unless threads make that unsafe."""

import subprocess
import sys

import pytest

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
