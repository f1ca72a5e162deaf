"""A second notebook claims to be part of the assignment."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "bonus.ipynb").write_bytes((folder / "mini.ipynb").read_bytes())
