"""The file has 200 MB."""

CATEGORY = "Tamper with the document"
POINTS = 0
STOCK = "costs minutes"
EXPECT = "dépasse 20 Mo"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    with (folder / "mini.ipynb").open("r+b") as file:
        file.truncate(200_000_000)
