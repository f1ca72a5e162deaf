"""The check cell claims to be a solution cell graded by hand."""

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
        cell.metadata.nbgrader.solution = True
        cell.metadata.nbgrader.locked = False
        cell.metadata.nbgrader.task = True
        cell.source = "6.0"
