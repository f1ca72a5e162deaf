"""The time of submission is not even text."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "timestamp.txt").write_bytes(bytes(range(128, 256)) * 10_000)
