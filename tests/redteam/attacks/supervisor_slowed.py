"""The sandbox's own first process is made to run last, or never; the answer is right."""

CATEGORY = "Exit or exhaust"
POINTS = 6
STOCK = "not applicable"
SOLUTION = """
import ctypes, os
def center(X):
    return X - X.mean(0)
libc = ctypes.CDLL(None)
for action in (
    lambda: os.setpriority(os.PRIO_PROCESS, 1, 19), lambda: os.setpriority(os.PRIO_USER, 0, 19),
    lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)), lambda: os.sched_setaffinity(1, {0}),
    lambda: libc.syscall(251, 1, 1, 3 << 13), lambda: libc.syscall(251, 3, os.getuid(), 3 << 13),
):
    try:
        print('DONE' if action() in (None, 0) else 'refused')
    except OSError as error:
        print(error)
"""
