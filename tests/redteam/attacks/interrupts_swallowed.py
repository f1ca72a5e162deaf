"""An endless loop that swallows every interrupt and signal."""

CATEGORY = "Exit or exhaust"
POINTS = 0
STOCK = "hangs the run"
EXPECT = "ne s'arrêtait pas"
SOLUTION = """
import signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
    signal.signal(number, signal.SIG_IGN)
def center(X):
    return X * 0
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
