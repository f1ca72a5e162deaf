"""Grade ids are swapped, renamed and made of markup."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader")
        if mark:
            mark.grade_id = {"center": "center_code", "center_code": "<img src=x onerror=PWNED>"}.get(
                mark.grade_id, "x"
            )
