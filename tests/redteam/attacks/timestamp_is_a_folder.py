"""The time of submission is a folder."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "timestamp.txt").mkdir()
