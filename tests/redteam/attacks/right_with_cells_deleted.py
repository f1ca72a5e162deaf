"""A correct answer, its check cell lost."""

from redteam.parts import is_check

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
def center(X):
    return X - X.mean(0)
"""


def edit(notebook):
    notebook.cells = [cell for cell in notebook.cells if not is_check(cell)]
