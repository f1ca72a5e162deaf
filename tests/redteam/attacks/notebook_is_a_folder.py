"""The notebook is a folder."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "mini.ipynb").unlink()
    (folder / "mini.ipynb").mkdir()
    (folder / "mini.ipynb" / "x.txt").write_text("x")
