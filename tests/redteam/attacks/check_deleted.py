"""The check cell is deleted."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def is_check(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id") == "center"


def edit(notebook):
    notebook.cells = [cell for cell in notebook.cells if not is_check(cell)]
