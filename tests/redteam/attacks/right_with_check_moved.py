"""A correct answer, the check cell split, copied and moved."""

from redteam.parts import is_check

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
def center(X):
    return X - X.mean(0)
"""


def edit(notebook):
    (check,) = filter(is_check, notebook.cells)
    notebook.cells.insert(0, check.copy())
    notebook.cells.append(check.copy())
