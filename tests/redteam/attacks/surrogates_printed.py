"""Half characters that no file can hold are printed and raised."""

from nbformat.v4 import new_code_cell

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


CODE = """
print("\\ud800 \\udfff")
raise type("\\ud800", (Exception,), {})("\\ud800")
"""


def edit(notebook):
    notebook.cells.append(new_code_cell(CODE))
