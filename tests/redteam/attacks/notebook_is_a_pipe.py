"""The notebook is a named pipe."""

import os

CATEGORY = "Tamper with the document"
POINTS = 0
STOCK = "hangs the run"
EXPECT = "ne peut pas être"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "mini.ipynb").unlink()
    os.mkfifo(folder / "mini.ipynb")
