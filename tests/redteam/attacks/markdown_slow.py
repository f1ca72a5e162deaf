"""A markdown cell made to keep the renderer busy."""

from nbformat.v4 import new_markdown_cell

CATEGORY = "Tamper with the document"
POINTS = 0
STOCK = "costs minutes"
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    notebook.cells.append(new_markdown_cell("[" * 50_000 + "*a_ " * 20_000 + "<" * 20_000 + "`" * 20_000))
