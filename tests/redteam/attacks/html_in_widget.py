"""A widget's state, kept in the notebook's metadata, closes its script and opens another."""

from nbformat.v4 import new_code_cell

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


CODE = """
from comm import create_comm
state = {"_model_name": "</script><script>PWNED</script>", "_model_module": "m", "_view_name": "v"}
create_comm(target_name="jupyter.widget", data={"state": state}, metadata={"version": "2.1.0"})
"""


def edit(notebook):
    state = {"state": {"a": {"model_name": "</script><script>PWNED</script>"}}, "version_major": 2}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    notebook.metadata["title"] = "</title><script>PWNED</script>"
    notebook.cells.append(new_code_cell(CODE))
