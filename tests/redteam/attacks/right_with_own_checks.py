"""A correct answer in a notebook that calls check itself and defines names again later."""

from nbformat.v4 import new_code_cell

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
def center(X):
    return X - X.mean(0)
"""


def edit(notebook):
    notebook.cells.insert(3, new_code_cell('check("center")'))
    notebook.cells.append(new_code_cell("import os; os._exit(1)"))
