"""The check cell comes with outputs that show a full score."""

from nbformat.v4 import new_output

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def is_check(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id") == "center"


def edit(notebook):
    for cell in filter(is_check, notebook.cells):
        cell.outputs = [new_output("execute_result", data={"text/plain": "6.0"}, execution_count=1)]
        cell.execution_count = 1
