"""The file is a hundred thousand brackets deep."""

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "JSON"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "mini.ipynb").write_text("[" * 100_000)
