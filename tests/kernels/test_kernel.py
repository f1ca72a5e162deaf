"""Kernels start, answer, are interrupted and end; templates are checked and replaced."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from attentif.kernels.outside import templates, waiting
from attentif.kernels.outside.folder import FolderTooLarge
from attentif.kernels.outside.forked import KernelFailed
from attentif.kernels.outside.host import Template
from attentif.kernels.outside.manager import ForkedKernelManager, kernel_manager, kernel_manager_class, kernelspec
from attentif.kernels.outside.sandbox import Environment
from attentif.kernels.shared import layout, processes
from attentif.kernels.shared.limits import Ended, Limits

BOTH = pytest.mark.parametrize("sandbox", ["bubblewrap", "none"])


@BOTH
def test_runs_cells(start, sandbox, tmp_path):
    (tmp_path / "helper.py").write_text("answer = 42")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "numbers.txt").write_text("1 2 3")
    kernel = start(sandbox=sandbox, workdir=tmp_path)
    assert kernel.value("from helper import answer; answer + 1") == "43"
    assert kernel.value("open('data/numbers.txt').read()") == "'1 2 3'"
    assert kernel.run("import sys; print('out'); print('err', file=sys.stderr)").text in ("out\nerr\n", "err\nout\n")
    assert kernel.run("1/0").error == "ZeroDivisionError"
    assert kernel.value("import torch; float(torch.ones(3).sum())") == "3.0"
    assert kernel.manager.ended() is None
    kernel.close()
    assert kernel.manager.ended() == Ended("killed", signal.SIGKILL)


@BOTH
def test_exit_and_signals_are_reported(start, sandbox):
    for code, expected in (
        ("import os; os._exit(3)", Ended("exit code", 3)),
        ("import ctypes; ctypes.string_at(0)", Ended("signal", signal.SIGSEGV)),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Ended("signal", signal.SIGKILL)),
    ):
        kernel = start(sandbox=sandbox)
        kernel.send(code)
        assert kernel.wait_end() == expected
    assert str(expected) == "signal SIGKILL"


@BOTH
def test_interrupt_then_kill(start, loop, sandbox):
    kernel = start(sandbox=sandbox)
    request = kernel.send("print('on', flush=True)\nwhile True: pass")
    time.sleep(0.5)
    loop.run_until_complete(kernel.manager.interrupt_kernel())
    assert kernel.collect(request).error == "KeyboardInterrupt"
    assert kernel.value("1 + 1") == "2"

    kernel.send("while True:\n  try:\n    while True: pass\n  except KeyboardInterrupt: pass")
    time.sleep(0.3)
    loop.run_until_complete(kernel.manager.interrupt_kernel())
    time.sleep(0.3)
    assert kernel.manager.ended() is None
    pid = kernel.manager.forked.process.pid
    kernel.close()
    assert processes.is_zombie(pid)


@BOTH
def test_forked_processes_outlive_the_kernel_until_cleanup(start, sandbox):
    kernel = start(sandbox=sandbox)
    listener, path = kernel.manager.forked.listen()
    listener.settimeout(20)
    with listener:
        kernel.send(
            f"""
import os, socket, time
channel = socket.socket(socket.AF_UNIX); channel.connect({path!r})
if os.fork() == 0:
    channel.recv(1)
    channel.send(b"still here")
    time.sleep(1000)
os._exit(1)
"""
        )
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(20)
            assert kernel.wait_end() == Ended("exit code", 1)
            assert kernel.manager.forked.process.alive
            connection.send(b"?")
            assert connection.recv(100) == b"still here"
            kernel.close()
            assert connection.recv(100) == b""
    assert not kernel.manager.forked.process.alive
    assert kernel.manager.ended() == Ended("exit code", 1)


def test_environment_is_an_allow_list(start, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "secret-token")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    templates.close_templates()
    kernel = start(preload=[], variables={"COURSE": "transformers"})
    seen = json.loads(kernel.value("import os, json; json.dumps(dict(os.environ))")[1:-1])
    assert "API_TOKEN" not in seen
    assert "secret-token" not in str(seen)
    assert seen["COURSE"] == "transformers"
    added = {"PWD", "JPY_PARENT_PID", "PYDEVD_USE_FRAME_EVAL"}
    added |= {"TERM", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "PAGER", "GIT_PAGER"}
    assert set(seen) - set(layout.ENVIRONMENT) - added == {"COURSE", "ATTENTIF_CHANNEL_DIR"}


def test_child_draws_its_own_randomness(start):
    draw = "import random, numpy, torch; (random.random(), numpy.random.rand(), float(torch.rand(())))"
    assert start().value(draw) != start().value(draw)


def test_poisoned_memory_stays_in_its_kernel(start):
    first = start()
    first.run("import torch, builtins\ntorch.softmax = lambda *a, **k: 'poison'\nbuiltins.evil = 1\ntorch.ones = None")
    second = start()
    assert (
        second.value("import torch, builtins; (hasattr(builtins, 'evil'), float(torch.ones(2).sum()))")
        == "(False, 2.0)"
    )
    assert second.value("torch.softmax(torch.zeros(2), 0).tolist()") == "[0.5, 0.5]"


def test_dead_template_is_replaced(start):
    options = {"preload": ["decimal"]}
    first = start(**options)
    old = templates.get_template(Environment.of(**options))
    os.kill(old.pid, signal.SIGKILL)
    time.sleep(0.2)
    second = start(**options)
    assert second.value("2 * 21") == "42"
    assert templates.get_template(Environment.of(**options)).pid != old.pid
    assert first.value("'the first one lives on'") == "'the first one lives on'"


def test_hung_template_is_replaced(start, monkeypatch):
    monkeypatch.setattr("attentif.kernels.outside.host._FORK_TIMEOUT", 1.0)
    options = {"preload": ["fractions"]}
    old = templates.get_template(Environment.of(**options))
    os.kill(old.pid, signal.SIGSTOP)
    assert start(**options).value("2 * 21") == "42"
    assert processes.is_zombie(old.pid)


def test_grown_template_is_replaced(monkeypatch):
    environment = Environment.of(["fractions"])
    old = templates.get_template(environment)
    monkeypatch.setattr(old, "memory", -(1 << 40))
    assert templates.get_template(environment).pid != old.pid


def test_template_is_shared_between_processes(start):
    address = templates.shared_template(["fractions"])
    code = f"""
import asyncio
from attentif.kernels import kernel_manager
from attentif.kernels.outside import templates
from attentif.kernels.outside.host import Template
async def main():
    manager = kernel_manager(preload=["fractions"], template={address!r})
    await manager.start_kernel()
    print([t.address for t in templates._templates.values()])
    await manager.shutdown_kernel()
asyncio.run(main())
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == str([address])
    assert start(preload=["fractions"]).value("1") == "1"


def test_stale_address_means_a_template_of_our_own(start):
    assert start(preload=["json"], template="/nowhere/at/all").value("1") == "1"


def test_preload_that_starts_threads_or_fails_gives_a_cold_kernel(start, tmp_path):
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()"
    )
    template = Template.start(Environment.of(["no_such_module_anywhere", "json"]))
    assert template.failed_modules == ["no_such_module_anywhere"]
    template.close()
    options = {"preload": ["threaded"], "readable": [tmp_path], "variables": {"PYTHONPATH": str(tmp_path)}}
    assert start(**options).value("'threaded' in __import__('sys').modules") == "False"


@BOTH
def test_cold_start_gives_the_same_kernel(start, sandbox, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    look = """
import os, sys, resource, torch
(sorted(os.environ), os.listdir("."), sys.path, os.getuid(), sys.flags, hash("x"), torch.get_num_threads(),
 [resource.getrlimit(which) for which in (resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU)],
 type(get_ipython()).__name__, sorted(os.listdir("/")), __name__)
"""
    seen = [start(sandbox=sandbox, workdir=tmp_path, cold=cold).value(look) for cold in (False, True, False)]
    assert seen[0] == seen[1] == seen[2]


@BOTH
def test_shell_made_by_the_template_is_like_one_of_the_kernel(start, sandbox, tmp_path):
    (tmp_path / "data").mkdir()
    look = (
        "import os, sys; s = get_ipython(); "
        "(type(s).__name__, s.parent is s.kernel, s.starting_dir, [str(d) for d in _dh], s.execution_count, "
        "sys.modules['__main__'] is s.user_module, sorted(n for n in s.user_ns if n not in ('os', 'sys', 's')), "
        "sorted(s.user_ns_hidden), s.history_manager.enabled, s.profile_dir is s.kernel.profile_dir, "
        "s.displayhook.session is s.kernel.session, type(s.compile).__name__, "
        "sorted({type(c).__name__ for c in s.configurables}))"
    )
    seen = []
    for cold in (False, True):
        kernel = start(sandbox=sandbox, workdir=tmp_path, cold=cold)
        seen.append(kernel.value(look))
        assert kernel.run("%cd data\n%cd -").error == ""
        here = layout.WORKDIR if sandbox == "bubblewrap" else str(tmp_path)
        assert kernel.value("' '.join(str(d) for d in _dh[-2:])") == repr(f"{here}/data {here}")
        kernel.run("%reset -f aggressive")
        assert kernel.value("import torch, json; (float(torch.ones(2).sum()), json.dumps(1))") == "(2.0, '1')"
    assert seen[0] == seen[1]


@pytest.fixture
def folders(tmp_path):
    for name in "abcd":
        (tmp_path / name).mkdir()
        (tmp_path / name / "name.txt").write_text(name)
    yield tmp_path
    waiting.close()


def the_waiting():
    """The one kernel that waits for its submission."""
    ((_, sandbox),) = waiting._waiting.values()
    return sandbox


def test_next_kernel_is_made_ready(start, folders):
    first = start(workdir=folders / "a", ahead=True)
    waiting = the_waiting()
    second = start(workdir=folders / "b", ahead=True)
    assert second.manager.forked.process is waiting is not the_waiting()
    assert [each.value("open('name.txt').read()") for each in (first, second)] == ["'a'", "'b'"]
    assert first.manager.session.key != second.manager.session.key
    draw = "import random, numpy, torch; (random.random(), numpy.random.rand(), torch.rand(1).item())"
    assert first.value(draw) != second.value(draw)
    first.close()
    second.close()
    last = the_waiting()
    templates.close_templates()
    assert not last.alive
    assert not last.run.path.exists()
    assert not waiting.run.path.exists()


def test_waiting_kernel_that_died_is_not_missed(start, folders):
    start(workdir=folders / "a", ahead=True)
    dead = the_waiting()
    dead.await_event("furnished")
    dead.kill()
    kernel = start(workdir=folders / "b", ahead=True)
    assert kernel.manager.forked.process is not dead
    assert kernel.value("open('name.txt').read()") == "'b'"
    assert not dead.run.path.exists()


def test_time_does_not_run_while_a_kernel_waits(start, folders):
    limits = Limits(wall=3.0)
    start(workdir=folders / "a", ahead=True, limits=limits)
    waiting = the_waiting()
    time.sleep(3.5)
    kernel = start(workdir=folders / "b", ahead=True, limits=limits)
    assert kernel.manager.forked.process is waiting
    assert kernel.value("open('name.txt').read()") == "'b'"
    kernel.send("import time; time.sleep(10)")
    assert kernel.wait_end() == Ended("wall limit", signal.SIGKILL)


def test_folder_too_large_for_a_waiting_kernel(start, folders):
    limits = Limits(workdir_size=1000)
    start(workdir=folders / "a", ahead=True, limits=limits)
    waiting = the_waiting()
    (folders / "b" / "big.txt").write_text("x" * 2000)
    with pytest.raises(FolderTooLarge):
        start(workdir=folders / "b", ahead=True, limits=limits)
    assert not waiting.run.path.exists()
    assert start(workdir=folders / "c", ahead=True, limits=limits).value("open('name.txt').read()") == "'c'"


@pytest.mark.parametrize("cold", [False, True])
def test_the_folder_cannot_shadow_libraries(start, tmp_path, cold):
    for name in ("torch", "random", "debugpy", "IPython", "conftest"):
        (tmp_path / f"{name}.py").write_text("shadow = True")
    kernel = start(workdir=tmp_path, cold=cold)
    look = "import torch, random, conftest; hasattr(torch, 'shadow'), hasattr(random, 'shadow'), conftest.shadow"
    assert kernel.value(look) == "(False, False, True)"


@BOTH
@pytest.mark.parametrize("preload", [["matplotlib.pyplot", "matplotlib_inline.backend_inline"], []])
def test_figures(start, sandbox, preload):
    answer = start(sandbox=sandbox, preload=preload).run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert not answer.error
    assert not answer.text
    assert any("image/png" in output.get("data", {}) for output in answer.outputs)


@BOTH
def test_shell_commands(start, sandbox, tmp_path):
    (tmp_path / "a.txt").touch()
    kernel = start(sandbox=sandbox, workdir=tmp_path)
    assert kernel.run("!ls").text.strip() == "a.txt"
    assert kernel.run("%%bash\nls").text.strip() == "a.txt"
    assert kernel.run("!python3 -m no_such_module").error == ""


def test_folder_is_copied_with_care(start, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("not for students")
    folder = tmp_path / "submission"
    folder.mkdir()
    os.symlink(outside, folder / "link")
    os.symlink("/", folder / "root")
    os.mkfifo(folder / "pipe")
    (folder / "nested" / "deep").mkdir(parents=True)
    (folder / "nested" / "deep" / "x").write_text("x")
    for index in range(150):
        (folder / f"{index}.txt").write_text(str(index))
    kernel = start(workdir=folder)
    assert kernel.value("import os; len([n for n in os.listdir('.') if n.endswith('.txt')])") == "150"
    assert kernel.value("open('nested/deep/x').read(), open('77.txt').read()") == "('x', '77')"
    assert kernel.run("open('link').read()").error == "FileNotFoundError"
    assert kernel.value("os.path.exists('pipe')") == "False"
    kernel.run("open('77.txt', 'w').write('changed'); os.remove('78.txt')")
    assert (folder / "77.txt").read_text() == "77"
    assert (folder / "78.txt").exists()


def test_folder_too_large(start, tmp_path):
    (tmp_path / "big").write_bytes(b"x" * 2_000_000)
    with pytest.raises(FolderTooLarge):
        start(workdir=tmp_path, limits=Limits(workdir_size=1_000_000))
    for index in range(20):
        (tmp_path / str(index)).touch()
    with pytest.raises(FolderTooLarge):
        start(workdir=tmp_path, limits=Limits(workdir_files=10))


def test_kernel_that_cannot_start_says_why(loop):
    manager = kernel_manager(preload=[], cold=True, sandbox="none", limits=Limits(open_files=8))
    with pytest.raises(KernelFailed, match=r"Too many open files|exit code"):
        loop.run_until_complete(manager.start_kernel())


@BOTH
def test_nbclient(sandbox, tmp_path):
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("x = 6 * 7\nprint(open('data.txt').read())"),
            nbformat.v4.new_code_cell("x"),
        ]
    )
    (tmp_path / "data.txt").write_text("read")
    managers = kernel_manager_class(preload=["torch"], sandbox=sandbox)
    client = NotebookClient(
        notebook, kernel_manager_class=managers, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    assert notebook.cells[0].outputs[0].text == "read\n"
    assert notebook.cells[1].outputs[0].data["text/plain"] == "42"


def test_kernelspec_works_with_stock_managers(tmp_path, monkeypatch):
    folder = tmp_path / "kernels" / "sandboxed"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(kernelspec("Sandboxed", preload=["torch"])))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import os; os.getuid(), 'torch' in dir()")])
    NotebookClient(notebook, kernel_name="sandboxed").execute()
    assert notebook.cells[0].outputs[0].data["text/plain"] == f"({layout.USER_ID}, False)"


def test_restart(start, loop):
    kernel = start()
    kernel.run("x = 1")
    kernel.client.stop_channels()
    loop.run_until_complete(kernel.manager.restart_kernel())
    kernel.client = kernel.manager.client()
    kernel.client.start_channels()
    loop.run_until_complete(kernel.client.wait_for_ready(timeout=30))
    assert kernel.run("x").error == "NameError"


def test_kernel_ends_with_its_owner():
    code = """
import asyncio, os
from attentif.kernels import kernel_manager
async def main():
    manager = kernel_manager(preload=[])
    await manager.start_kernel()
    print(manager.forked.process.pid, manager.forked.process.run.path.parents[1], flush=True)
    os.kill(os.getpid(), 9)
asyncio.run(main())
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    pid, spool = out.stdout.split()
    deadline = time.monotonic() + 10
    while not processes.is_zombie(int(pid)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert Path(spool).exists()  # left behind by the killed process; a later one clears it away
    os.utime(spool, (1, 1))
    Template.start(Environment.of(sandbox="none"), warm=False).close()
    assert not Path(spool).exists()


def test_many_kernels_leave_nothing(start, loop):
    template = templates.get_template(Environment.of(["torch"]))
    before = set(os.listdir(template.spool))
    fds = len(os.listdir("/proc/self/fd"))
    manager_class = kernel_manager_class(preload=["torch"])

    async def one() -> ForkedKernelManager:
        manager = manager_class()
        await manager.start_kernel()
        await manager.shutdown_kernel()
        return manager

    async def several() -> list[ForkedKernelManager]:
        return list(await asyncio.gather(*(one() for _ in range(4))))

    for _ in range(3):
        for manager in loop.run_until_complete(several()):
            assert manager.ended() == Ended("killed", signal.SIGKILL)
    assert set(os.listdir(template.spool)) == before
    assert len(os.listdir("/proc/self/fd")) <= fds + 8
    assert processes.descendants(template.pid) == []
