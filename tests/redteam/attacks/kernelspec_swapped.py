"""The notebook names a kernel that runs another program."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "../../x", "language": "bash"}
    notebook.metadata["language_info"] = {"name": "bash", "version": "<script>PWNED</script>"}
