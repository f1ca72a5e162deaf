"""The check cell's points are raised and its source replaced by a number."""

from redteam.parts import is_check

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    for cell in filter(is_check, notebook.cells):
        cell.metadata.nbgrader.points = 600
        cell.source = "600.0"
