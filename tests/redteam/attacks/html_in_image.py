"""An image's data leave the attribute that holds them."""

from nbformat.v4 import new_code_cell

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


CODE = """
from IPython.display import display
display({"image/png": 'iVBORw0KGgo=" onerror="PWNED" x="'}, raw=True)
display({"image/png": 'iVBORw0KGgo="><script>PWNED</script>'}, raw=True)
"""


def edit(notebook):
    notebook.cells.append(new_code_cell(CODE))
