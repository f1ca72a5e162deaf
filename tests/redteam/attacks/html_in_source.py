"""Code cells' sources and metadata hold markup."""

from nbformat.v4 import new_code_cell

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    notebook.cells.append(new_code_cell("# </pre></div><script>PWNED</script>\n'<img src=x onerror=PWNED>'"))
    notebook.cells[-1].metadata = {"tags": ['"><script>PWNED</script>'], "magics_language": "<script>PWNED</script>"}
