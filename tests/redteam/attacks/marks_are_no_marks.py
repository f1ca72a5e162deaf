"""nbgrader's metadata are lists, numbers and texts."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    for number, cell in enumerate(notebook.cells):
        cell.metadata["nbgrader"] = [[], 3, "center", {"grade_id": ["center"]}, {}][number % 5]
