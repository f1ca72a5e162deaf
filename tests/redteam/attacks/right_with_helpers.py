"""A correct answer with helper cells, a class, a failed cell and try/except."""

from nbformat.v4 import new_code_cell

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
class Mean:
    def __call__(self, X):
        return helper(X).reshape(1, -1)
def center(X):
    try:
        return X - Mean()(X)
    except ZeroDivisionError:
        return None
"""


def edit(notebook):
    notebook.cells.insert(2, new_code_cell("def helper(X):\n    return sum(X) / len(X)"))
    notebook.cells.append(new_code_cell("1 / 0"))
