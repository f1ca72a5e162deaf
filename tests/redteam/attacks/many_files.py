"""The folder holds five thousand files."""

CATEGORY = "Tamper with the document"
POINTS = 0
STOCK = "costs minutes"
EXPECT = "plus de 4000 fichiers"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "many").mkdir()
    for number in range(5000):
        (folder / "many" / f"{number}").touch()
