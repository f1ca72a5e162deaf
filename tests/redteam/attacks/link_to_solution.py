"""The notebook is a link to the solved one."""

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "ne peut pas être ouvert"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "mini.ipynb").unlink()
    (folder / "mini.ipynb").symlink_to(folder.parents[2] / "source" / "mini" / "mini.ipynb")
