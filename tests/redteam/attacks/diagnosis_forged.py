"""A cell's output claims diagnoses, and the notebook claims to be unreadable."""

from nbformat.v4 import new_code_cell

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


CODE = """
from IPython.display import display
display({"text/plain": "6"}, raw=True, metadata={"attentif_diagnoses": {"center": ["forged_name"]}})
"""


def edit(notebook):
    notebook.metadata["attentif_unreadable"] = "<script>PWNED</script>"
    notebook.cells.append(new_code_cell(CODE))
