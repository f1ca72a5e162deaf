"""The check cell is deleted."""

from redteam.parts import is_check

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    notebook.cells = [cell for cell in notebook.cells if not is_check(cell)]
