"""A markdown cell names an attachment that is not there."""

from nbformat.v4 import new_markdown_cell

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "attachment:nothing.png"
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    notebook.cells.append(new_markdown_cell("![x](attachment:nothing.png)"))
