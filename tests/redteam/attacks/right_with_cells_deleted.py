"""A correct answer, its check cell lost."""

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
def center(X):
    return X - X.mean(0)
"""


def is_check(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id") == "center"


def edit(notebook):
    notebook.cells = [cell for cell in notebook.cells if not is_check(cell)]
