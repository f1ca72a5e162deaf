"""Folders are nested a hundred deep, with names of every kind."""

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "imbriqués"
SOLUTION = """
def center(X):
    return X * 0
"""


FILES = {"/".join(["d"] * 100) + "/x.txt": "x", "new\nline.txt": "x", "-rf": "x", "*.ipynb.txt": "x", "$(touch x)": "x"}
