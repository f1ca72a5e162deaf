"""Files in the folder are the solution and the hidden tests under other names (hard links)."""

import os

from redteam.parts import RUNS_WHAT_LIES_THERE

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "un autre nom d'un fichier du cours"
SOLUTION = RUNS_WHAT_LIES_THERE


def plant(folder):
    course = folder.parents[2]
    os.link(course / "source" / "mini" / "mini.ipynb", folder / "solved.txt")
    os.link(course / "grader_tests" / "mini" / "center" / "test_hidden.py", folder / "tests.txt")
