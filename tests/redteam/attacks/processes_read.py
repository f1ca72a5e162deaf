"""Command lines, environments and open files of all processes are printed."""

CATEGORY = "Steal the answer"
POINTS = 0
STOCK = "reads the whole machine"
SOLUTION = """
import glob, os

for pattern in ('/proc/[0-9]*/environ', '/proc/[0-9]*/cmdline', '/proc/[0-9]*/fd/*', '/proc/[0-9]*/cwd'):
    for path in glob.glob(pattern):
        try:
            print(os.readlink(path) if '/fd/' in path or path.endswith('cwd') else open(path).read())
        except OSError:
            pass
def center(X):
    return X * 0
"""
