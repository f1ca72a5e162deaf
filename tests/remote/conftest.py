"""Student code, reached in this process and through a fork of a frozen process."""

import contextlib
import linecache
import os
import subprocess
import sys
from pathlib import Path

import pytest

from attentif.remote.local import LocalConnection
from attentif.remote.outside.listener import SnapshotListener
from attentif.remote.outside.student import Student

SOURCE = Path(__file__).with_name("student_code.py").read_text()
# A stand-in for a kernel: runs a file of student code, freezes a copy of itself, and is gone.
PROGRAM = """
import linecache, sys
from attentif.remote.inside import agent
agent.bootstrap()
path, sockets = sys.argv[1], list(zip(sys.argv[3::2], sys.argv[4::2]))
source, freeze, socket_path = open(path).read(), agent.snapshot, sys.argv[2]
linecache.cache['<ipython-input-1>'] = (len(source), None, source.splitlines(True), '<ipython-input-1>')
exec(compile(source, '<ipython-input-1>', 'exec'), globals())
for exercise_and_token in sockets:
    freeze(socket_path, *exercise_and_token)
"""


@contextlib.contextmanager
def freeze(folder, source, **factors):
    """A listener with one frozen copy, called "exercise", of a plain process that has run ``source``."""
    (folder / "student.py").write_text(source)
    with SnapshotListener.at(folder / "c" / "s", **factors) as listener:
        arguments = [
            sys.executable,
            "-c",
            PROGRAM,
            str(folder / "student.py"),
            str(listener.address),
            "exercise",
            "token",
        ]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run(arguments, check=True, env=environment, timeout=120)
        listener.wait_snapshot("exercise", "token", 60)
        yield listener


@pytest.fixture
def frozen_process():
    """``with frozen_process(folder, source) as listener``."""
    return freeze


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    with freeze(tmp_path_factory.mktemp("s"), SOURCE) as listener:
        yield listener


@pytest.fixture(scope="session")
def names():
    linecache.cache["<ipython-input-1>"] = (len(SOURCE), None, SOURCE.splitlines(True), "<ipython-input-1>")
    names = {"__name__": "student"}
    exec(compile(SOURCE, "<ipython-input-1>", "exec"), names)
    return names


@pytest.fixture(params=["local", "remote"])
def student(request, frozen, names):
    if request.param == "local":
        yield Student(LocalConnection(names))
    else:
        with frozen.open_session("exercise", time_limit=30) as opened:
            yield opened
