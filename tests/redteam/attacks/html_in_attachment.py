"""Attachments of a markdown cell: markup in their type and data, HTML as an image."""

from nbformat.v4 import new_markdown_cell

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    cell = new_markdown_cell("![a](attachment:a) ![b](attachment:b) ![c](attachment:c) [d](attachment:c)")
    cell.attachments = {
        "a": {'image/png" onerror="PWNED': "iVBORw0KGgo="},
        "b": {"image/png": 'iVBORw0KGgo=" onerror="PWNED'},
        "c": {"text/html": "PHNjcmlwdD5QV05FRDwvc2NyaXB0Pg=="},
    }
    notebook.cells.append(cell)
