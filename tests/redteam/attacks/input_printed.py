"""Received inputs are printed, stored, and written to a file that a later cell prints."""

from nbformat.v4 import new_code_cell

CATEGORY = "Steal the answer"
POINTS = 6.0
SOLUTION = """
seen = []
def center(X):
    seen.append(X.tolist())
    print(X.tolist(), flush=True)
    open('seen.txt', 'a').write(str(X.tolist()))
    return X - X.mean(0)
"""


def edit(notebook):
    notebook.cells.append(new_code_cell("print(seen)\nprint(open('seen.txt').read())"))
