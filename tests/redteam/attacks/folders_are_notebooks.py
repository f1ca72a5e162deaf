"""Folders and links have names of notebooks, with links inside."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    for name in ("a.ipynb", "z.ipynb", "checks.ipynb"):
        (folder / name).mkdir()
        (folder / name / "link.ipynb").symlink_to(folder.parents[2] / "gradebook.db")
    (folder / "link.ipynb").symlink_to(folder.parents[2] / "source" / "mini" / "mini.ipynb")
