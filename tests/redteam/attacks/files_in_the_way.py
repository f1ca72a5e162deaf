"""A file stands where the course has a folder, and folders where it has files."""

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "à la place d'un fichier du cours"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "checks" / "test_center.py").mkdir(parents=True)
    (folder / "checks" / "references").write_text("x")
