"""The check cell is there three times, once with another grade id."""

from redteam.parts import is_check

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    (check,) = filter(is_check, notebook.cells)
    other = check.copy()
    notebook.cells += [check.copy(), other]
    notebook.cells.insert(0, check.copy())
