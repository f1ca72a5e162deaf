"""A filter on system calls for the kernel process: what no notebook needs and what attacks on Linux itself start with.

The namespaces are the wall; this is the second one. It also closes what namespaces do not: vsock sockets, keyrings,
memory that no process has mapped (memfd, System V shared memory). And it keeps the supervisor, the sandbox's first
process, whose user is the kernel's own, from being signalled, limited, slowed, traced or watched.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from dataclasses import dataclass

from attentif.kernels.shared import syscalls

_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_KILL = 0x80000000

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_SUPERVISOR = 1  # its process id, and its only thread's, in the sandbox
_SOCKET_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK (routes): they lead nowhere from here
_NAMESPACE_FLAGS = syscalls.ALL_NAMESPACES | syscalls.CLONE_NEWCGROUP

# name: (x86_64, aarch64)
_DENIED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "kcmp": (312, 272),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "acct": (163, 89),
    "syslog": (103, 116),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
}
# Calls that name a process, and in which arguments they do: they may not name the supervisor.
_NAMES_PROCESS = {
    "kill": ((62, 129), (0,)),
    "tkill": ((200, 130), (0,)),
    "tgkill": ((234, 131), (0, 1)),
    "rt_sigqueueinfo": ((129, 138), (0,)),
    "rt_tgsigqueueinfo": ((297, 240), (0, 1)),
    "pidfd_open": ((434, 434), (0,)),
    "prlimit64": ((302, 261), (0,)),
    "sched_setparam": ((142, 118), (0,)),
    "sched_setscheduler": ((144, 119), (0,)),
    "sched_setattr": ((314, 274), (0,)),
    "sched_setaffinity": ((203, 122), (0,)),
    "setpriority": ((141, 140), (1,)),
    "ioprio_set": ((251, 30), (1,)),
    "setpgid": ((109, 154), (0, 1)),
    "move_pages": ((279, 239), (0,)),
    "migrate_pages": ((256, 238), (0,)),
    "get_robust_list": ((274, 100), (0,)),
}
# These can name all processes of a user or of a group instead: only one process is allowed.
_ONE_PROCESS = {"setpriority": 0, "ioprio_set": 1}  # PRIO_PROCESS, IOPRIO_WHO_PROCESS
# Ways to have signals sent to a process of one's choice: F_SETOWN, F_SETSIG, F_SETOWN_EX; FIOSETOWN, SIOCSPGRP.
_SENDS_SIGNALS = {"fcntl": ((72, 25), (8, 10, 15)), "ioctl": ((16, 29), (0x8901, 0x8902))}
_CLONE, _CLONE3, _SOCKET = (56, 220), (435, 435), (41, 198)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def build_filter(machine: str) -> bytes | None:
    """The filter's program for a processor ("x86_64"…); None where the numbers of its calls are not known here."""
    if machine not in _ARCHITECTURES:
        return None
    column, architecture = _ARCHITECTURES[machine]
    program: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":  # the x32 calls have numbers of their own
        program += [(_JUMP_GREATER_EQUAL, 0, 1, 0x40000000), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    for numbers in _DENIED.values():
        program += [(_JUMP_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    program += _spare_supervisor(column)
    # clone3 hides its flags behind a pointer: glibc falls back to clone when it is missing.
    program += [(_JUMP_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    program += [
        (_JUMP_EQUAL, 0, 4, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_SET, 0, 1, _NAMESPACE_FLAGS),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    families = len(_SOCKET_FAMILIES)
    program += [(_JUMP_EQUAL, 0, families + 2, _SOCKET[column]), (_LOAD, 0, 0, _FIRST_ARGUMENT)]
    program += [(_JUMP_EQUAL, families - i, 0, family) for i, family in enumerate(_SOCKET_FAMILIES)]
    program += [(_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in program)


def _spare_supervisor(column: int) -> list[tuple[int, int, int, int]]:
    """Instructions that refuse calls which name the supervisor. Process ids are 32 bits of a 64-bit argument."""
    program: list[tuple[int, int, int, int]] = []
    for name, (numbers, arguments) in _NAMES_PROCESS.items():
        tests = [_Test(argument, _SUPERVISOR) for argument in arguments]
        if name in _ONE_PROCESS:
            tests.append(_Test(0, _ONE_PROCESS[name], refuse_if=False))
        program += _refuse(numbers[column], tests)
    for numbers, commands in _SENDS_SIGNALS.values():
        program += _refuse(numbers[column], [_Test(1, command) for command in commands])
    return program


@dataclass(frozen=True)
class _Test:
    """A comparison of the lower half of an argument with a value."""

    argument: int
    value: int
    refuse_if: bool = True


def _refuse(number: int, tests: list[_Test]) -> list[tuple[int, int, int, int]]:
    """Instructions that end a call with EPERM if one of the tests says so, and let it through if none does; they pass
    on any other call."""
    body: list[tuple[int, int, int, int]] = []
    for test in tests:
        body.append((_LOAD, 0, 0, _FIRST_ARGUMENT + 8 * test.argument))
        skip_refusal = (0, 1) if test.refuse_if else (1, 0)
        body.append((_JUMP_EQUAL, *skip_refusal, test.value))
        body.append((_RETURN, 0, 0, _ERRNO | errno.EPERM))
    body.append((_RETURN, 0, 0, _ALLOW))
    return [(_JUMP_EQUAL, 0, len(body), number), *body]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def install() -> bool:
    """Filters this process and all that it starts, for good. False where no filter is known for the processor."""
    program = build_filter(platform.machine())
    if program is None:
        return False
    header = _Program(len(program) // 8, program)
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    syscalls.prctl(syscalls.PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(header))
    return True
