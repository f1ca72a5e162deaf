"""The file is empty."""

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "vide"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "mini.ipynb").write_bytes(b"")
