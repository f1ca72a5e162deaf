"""The check cell's points are not a number."""

from redteam.parts import is_check

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    for cell in filter(is_check, notebook.cells):
        cell.metadata.nbgrader.points = float("nan")
        cell.metadata.nbgrader.schema_version = 99
