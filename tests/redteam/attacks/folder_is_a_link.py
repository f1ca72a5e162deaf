"""The whole folder is a link to another student's."""

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "est un lien"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "mini.ipynb").unlink()
    folder.rmdir()
    folder.symlink_to("../neighbour/mini", target_is_directory=True)
