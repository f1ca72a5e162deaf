"""A correct answer with a word in it that nobody else may see."""

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
def center(X):
    return X - X.mean(0)
"""


def edit(notebook):
    notebook.cells[1].source += "\n# CANARY_NEIGHBOUR"
