"""The file claims a version of the format that does not exist."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    notebook.nbformat_minor = 99
