"""The kernel stops itself (SIGSTOP) and so does the function."""

CATEGORY = "Exit or exhaust"
POINTS = 0
STOCK = "hangs the run"
SOLUTION = """
import os, signal
def center(X):
    os.kill(os.getpid(), signal.SIGSTOP)
os.kill(os.getpid(), signal.SIGSTOP)
"""
