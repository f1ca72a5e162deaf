"""The check cell comes with outputs that show a full score."""

from nbformat.v4 import new_output
from redteam.parts import is_check

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    for cell in filter(is_check, notebook.cells):
        cell.outputs = [new_output("execute_result", data={"text/plain": "6.0"}, execution_count=1)]
        cell.execution_count = 1
