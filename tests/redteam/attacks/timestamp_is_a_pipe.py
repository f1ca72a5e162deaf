"""The time of submission is a named pipe, which would block whoever reads it."""

import os

CATEGORY = "Tamper with the document"
POINTS = 0
STOCK = "hangs the run"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    os.mkfifo(folder / "timestamp.txt")
