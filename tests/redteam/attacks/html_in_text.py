"""Plain text, streams, errors and their colours hold markup."""

from nbformat.v4 import new_code_cell

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


CODE = """
SCRIPT = "</pre></style><script>PWNED</script><img src=x onerror=PWNED>"
print(SCRIPT)
print("\\x1b[31m" + SCRIPT + "\\x1b[38;5;\\"><script>PWNED</script>m")
raise type(SCRIPT, (Exception,), {})(SCRIPT)
"""


def edit(notebook):
    notebook.cells.append(new_code_cell(CODE))
