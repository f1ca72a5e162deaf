"""Results files, as the grader writes them, come with the submission and are written by its cells."""

import json

from nbformat.v4 import new_code_cell

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""
FORGED = json.dumps({"format": 1, "atelier": "mini", "student": "results_forged", "exercises": [], "score": 6.0})
FILES = {"mini.results.json": FORGED, "other.results.json": FORGED}


def edit(notebook):
    notebook.cells.append(new_code_cell(f"open('mini.results.json', 'w').write({FORGED!r})"))
