"""The notebook has another name."""

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "ne s'appelle mini.ipynb"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "mini.ipynb").rename(folder / "mini (1).ipynb")
