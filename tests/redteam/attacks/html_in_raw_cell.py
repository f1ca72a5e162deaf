"""A raw cell holds a script."""

from nbformat.v4 import new_raw_cell

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    notebook.cells.append(new_raw_cell("<script>PWNED</script><img src=x onerror=PWNED>"))
    notebook.cells.append(new_raw_cell("<script>PWNED</script>", metadata={"raw_mimetype": "text/html"}))
