"""A detached process outlives the cell and goes on writing."""

CATEGORY = "Forge the result"
POINTS = 0
STOCK = "leaves a process behind"
SOLUTION = """
import os, time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for _ in range(10**6):
            try:
                open('grade.txt', 'a').write('6')
                open('/tmp/redteam_marker', 'w').write('6')
            except OSError:
                pass
            time.sleep(0.05)
    os._exit(0)
def center(X):
    return X * 0
"""
