"""Outputs in HTML, JavaScript, SVG and LaTeX hold scripts."""

from nbformat.v4 import new_code_cell

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


CODE = """
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
SCRIPT = "<script>PWNED</script><img src=x onerror=PWNED>"
display(HTML(SCRIPT), Javascript("PWNED"), Markdown(SCRIPT), Latex(SCRIPT))
display({"image/svg+xml": f"<svg onload=PWNED>{SCRIPT}</svg>", "text/html": SCRIPT}, raw=True)
SIZE = {"image/png": {"width": "1 onload=PWNED"}}
display({"image/png": "iVBORw0KGgo=", "text/html": SCRIPT}, raw=True, metadata=SIZE)
"""


def edit(notebook):
    notebook.cells.append(new_code_cell(CODE))
