"""Half characters and control characters stand in sources and metadata."""

import json

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    path = folder / "mini.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][0]["source"] = "# \ud800 \x00 \x1b[2J \u202e"
    notebook["cells"][2]["source"] = "def center(X):\n    '\ud800'\n    return X * 0"
    notebook["metadata"]["\ud800"] = "\ud800"
    path.write_text(json.dumps(notebook))
