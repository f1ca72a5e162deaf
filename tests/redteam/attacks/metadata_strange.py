"""Metadata hold what they should not: deep nesting, wrong kinds, huge texts."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def edit(notebook):
    deep = []
    for _ in range(200):
        deep = [deep]
    notebook.metadata["deep"] = deep
    notebook.metadata["huge"] = "x" * 1_000_000
    notebook.metadata["celltoolbar"] = {"a": 1}
    for cell in notebook.cells:
        cell.metadata["tags"] = ["illustration", "raises-exception", "skip-execution"]
        cell.metadata["deletable"] = False
