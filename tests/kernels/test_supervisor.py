"""The sandbox's first process watches the limits: code in the kernel can neither signal, limit, slow, trace nor read
it, though it runs as the same user. Its own processes it may treat as it likes."""

from __future__ import annotations

import ast
import errno
import os
import platform
from pathlib import Path

import pytest

from attentif.kernels.inside import seccomp

PREPARE = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nbuffer = ctypes.create_string_buffer(256)\n"
X86 = platform.machine() == "x86_64"
NUMBERS = {name: numbers[0 if X86 else 1] for name, (numbers, _) in seccomp._NAMES_PROCESS.items()}
NUMBERS |= {name: numbers[0 if X86 else 1] for name, numbers in seccomp._DENIED.items()}
NUMBERS["fcntl"], NUMBERS["ioctl"] = (72, 16) if X86 else (25, 29)

# Name: a system call and its arguments. Process ids are ints of 32 bits: what stands above them does not count.
CALLS = {
    "no files for it": ("prlimit64", "1, 7, buffer, 0"),
    "no memory for it": ("prlimit64", "1, 9, buffer, 0"),
    "its limits read": ("prlimit64", "1, 7, 0, buffer"),
    "no files, upper half set": ("prlimit64", "(1 << 32) + 1, 7, buffer, 0"),
    "killed": ("kill", "1, 9"),
    "interrupted": ("kill", "1, 2"),
    "killed as a thread": ("tkill", "1, 9"),
    "killed as a thread of a group": ("tgkill", "1, 1, 9"),
    "killed as a thread of another group": ("tgkill", "os.getpid(), 1, 9"),
    "queued": ("rt_sigqueueinfo", "1, 34, buffer"),
    "queued to a thread": ("rt_tgsigqueueinfo", "1, 1, 34, buffer"),
    "held by a descriptor": ("pidfd_open", "1, 0"),
    "signalled through its folder": ("pidfd_send_signal", "os.open('/proc/1', 0), 9, 0, 0"),
    "its files taken": ("pidfd_getfd", "os.open('/proc/1', 0), 0, 0"),
    "its memory advised": ("process_madvise", "os.open('/proc/1', 0), buffer, 1, 4, 0"),
    "its memory released": ("process_mrelease", "os.open('/proc/1', 0), 0"),
    "traced": ("ptrace", "16, 1, 0, 0"),
    "seized": ("ptrace", "0x4206, 1, 0, 0"),
    "its memory read": ("process_vm_readv", "1, buffer, 1, buffer, 1, 0"),
    "its memory written": ("process_vm_writev", "1, buffer, 1, buffer, 1, 0"),
    "compared": ("kcmp", "1, os.getpid(), 0, 0, 0"),
    "bound to a processor": ("sched_setaffinity", "1, 128, buffer"),
    "idle": ("sched_setscheduler", "1, 5, buffer"),
    "idle by another call": ("sched_setattr", "1, buffer, 0"),
    "its priority": ("sched_setparam", "1, buffer"),
    "nice": ("setpriority", "0, 1, 19"),
    "nice as one of its user's": ("setpriority", "2, 0, 19"),
    "nice as one of its group's": ("setpriority", "1, 0, 19"),
    "last at the disk": ("ioprio_set", "1, 1, 3 << 13"),
    "last at the disk as one of its user's": ("ioprio_set", "3, os.getuid(), 3 << 13"),
    "moved to another group": ("setpgid", "1, os.getpid()"),
    "its pages moved": ("move_pages", "1, 0, 0, 0, 0, 0"),
    "its pages migrated": ("migrate_pages", "1, 0, 0, 0"),
    "its locks read": ("get_robust_list", "1, buffer, buffer"),
    "owner of a file's signals": ("fcntl", "0, 8, 1"),
    "owner of a file's signals by another call": ("fcntl", "0, 15, buffer"),
    "another signal for a file": ("fcntl", "0, 10, 9"),
    "owner of a socket's signals": ("ioctl", "0, 0x8901, buffer"),
    "group of a socket's signals": ("ioctl", "0, 0x8902, buffer"),
}


@pytest.fixture
def kernel(start):
    """A kernel with what the attempts need."""
    kernel = start()
    assert kernel.run(PREPARE).error == ""
    return kernel


def state(kernel):
    """What can be changed about the supervisor, as seen from outside."""
    place = Path("/proc", str(kernel.manager.forked.process.pid))
    fields = (place / "stat").read_text().rsplit(")", 1)[1].split()
    status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
    return {
        "state": fields[0] in "SRD",
        "priority, nice, policy": (fields[15], fields[16], fields[38]),
        "limits": (place / "limits").read_text(),
        "oom": (place / "oom_score_adj").read_text(),
        **{name: status[name] for name in ("Cpus_allowed", "SigIgn", "SigCgt", "TracerPid", "NSpgid")},
    }


def test_calls_that_name_it_are_refused(kernel):
    before = state(kernel)
    for name, (call, arguments) in CALLS.items():
        code = f"ctypes.set_errno(0); (libc.syscall(ctypes.c_long({NUMBERS[call]}), "
        code += ", ".join(f"{_long(a)}" for a in _split(arguments)) + "), ctypes.get_errno())"
        assert ast.literal_eval(kernel.value(code)) == (-1, errno.EPERM), name
    assert state(kernel) == before
    assert kernel.value("6 * 7") == "42"
    assert kernel.manager.usage().cpu > 0  # the supervisor still answers


def _split(arguments: str) -> list[str]:
    return [ast.unparse(node) for node in ast.parse(f"f({arguments})").body[0].value.args]  # type: ignore[attr-defined]


def _long(argument: str) -> str:
    return argument if argument == "buffer" else f"ctypes.c_long({argument})"


def test_every_call_of_the_filter_is_tried():
    tried = {call for call, _ in CALLS.values()}
    assert set(seccomp._NAMES_PROCESS) <= tried


def test_nothing_of_it_in_proc_can_be_written_or_read(kernel):
    before = state(kernel)
    code = """
def attempts():
    for folder, folders, names in os.walk('/proc/1'):
        folders[:] = [f for f in folders if f in ('task', '1', 'attr', 'ns', 'fdinfo', 'fd', 'map_files', 'net')]
        for name in names:
            for mode in ('wb', 'r+b'):
                try:
                    with open(os.path.join(folder, name), mode, buffering=0) as file:
                        for text in (b'15', b'1000', b'0', b'-17'):
                            file.write(text)
                        yield name
                except OSError:
                    pass
written = sorted(set(attempts()))
"""
    assert kernel.run(code).error == ""
    assert kernel.value("written") == "[]"
    for path in ("environ", "mem", "maps", "auxv", "io", "smaps", "personality", "syscall"):
        answer = kernel.run(f"open('/proc/1/{path}', 'rb').read(1)")
        assert answer.error in ("PermissionError", "FileNotFoundError"), path
    for path in ("cwd", "exe", "root"):
        assert kernel.run(f"os.readlink('/proc/1/{path}')").error in ("PermissionError", "FileNotFoundError"), path
    assert state(kernel) == before


def test_through_python_as_a_student_would(kernel):
    before = state(kernel)
    for code in (
        "import resource; resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0))",
        "os.kill(1, 9)",
        "os.pidfd_open(1)",
        "os.setpriority(os.PRIO_USER, 0, 19)",
        "os.setpriority(os.PRIO_PROCESS, 1, 19)",
        "os.sched_setaffinity(1, {0})",
        "os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))",
    ):
        assert kernel.run(code).error == "PermissionError", code
    kernel.run("os.kill(-1, 0)")
    assert state(kernel) == before


def test_processes_of_ones_own_are_at_ones_disposal(kernel):
    """What libraries do: threads bound to processors, children killed, limits lowered, subprocesses awaited."""
    for code in (
        "import subprocess, sys, signal, time, resource, asyncio, fcntl",
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(100)'])",
        "resource.prlimit(child.pid, resource.RLIMIT_CORE, (0, 0))",
        "resource.prlimit(os.getpid(), resource.RLIMIT_CORE, (0, 0))",
        "os.setpriority(os.PRIO_PROCESS, child.pid, 10)",
        "os.sched_setaffinity(child.pid, os.sched_getaffinity(0))",
        "held = os.pidfd_open(child.pid)",
        "child.terminate(); assert child.wait(10) == -15",
        "os.nice(1); os.sched_setaffinity(0, os.sched_getaffinity(0))",
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))",
        "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))",
        "subprocess.run(['true'], process_group=0, check=True)",
        "fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL)); os.set_blocking(held, True)",
        "import threading; signal.pthread_kill(threading.main_thread().ident, 0)",
        "p = await asyncio.create_subprocess_exec('true'); assert await p.wait() == 0",
        "import torch; torch.set_num_threads(2); torch.ones(500, 500) @ torch.ones(500, 500)",
        "signal.raise_signal(signal.SIGCHLD); os.killpg(0, 0)",
    ):
        answer = kernel.run(code)
        assert answer.error == "", f"{code}: {answer.error}: {answer.message}"


def test_the_supervisor_is_the_first_process_and_has_one_thread(kernel):
    """What the filter compares with: a process id, 1, which is also its only thread's."""
    assert kernel.value("os.getppid(), os.listdir('/proc/1/task')") == "(1, ['1'])"
    assert os.listdir(f"/proc/{kernel.manager.forked.process.pid}/task") == [str(kernel.manager.forked.process.pid)]
