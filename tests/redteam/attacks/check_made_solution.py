"""The check cell claims to be a solution cell graded by hand."""

from redteam.parts import is_check

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    for cell in filter(is_check, notebook.cells):
        cell.metadata.nbgrader.solution = True
        cell.metadata.nbgrader.locked = False
        cell.metadata.nbgrader.task = True
        cell.source = "6.0"
