"""A correct answer as Google Colab saves it: minor version 0, no ids, sources as lists."""

import json

CATEGORY = "Controls that must get full marks"
POINTS = 6
SOLUTION = """
def center(X):
    return X - X.mean(0)
"""


def plant(folder):
    path = folder / "mini.ipynb"
    notebook = json.loads(path.read_text())
    notebook["nbformat_minor"] = 0
    notebook["metadata"]["colab"] = {"provenance": []}
    for number, cell in enumerate(notebook["cells"]):
        del cell["id"]
        cell["metadata"]["id"] = f"c0lab{number}"
    path.write_text(json.dumps(notebook))
