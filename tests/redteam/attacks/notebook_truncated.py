"""The file stops in the middle."""

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "JSON"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    path = folder / "mini.ipynb"
    path.write_bytes(path.read_bytes()[:500])
