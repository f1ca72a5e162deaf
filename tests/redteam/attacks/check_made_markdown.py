"""The check cell is turned into markdown."""

from nbformat.v4 import new_markdown_cell
from redteam.parts import is_check

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    for index, cell in enumerate(notebook.cells):
        if is_check(cell):
            notebook.cells[index] = new_markdown_cell("6", metadata=cell.metadata)
