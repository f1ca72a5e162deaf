"""Links in the folder point to files and folders outside, by absolute and relative paths."""

import os
from pathlib import Path

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
for name in ('home', 'course', 'tests', 'book', 'relative', 'deep/link'):
    try:
        print(open(name, errors='replace').read())
    except OSError:
        pass
import glob
for path in glob.glob('home_folder/*') + glob.glob('course_folder/*/*/*'):
    print(open(path, errors='replace').read())
def center(X):
    return X * 0
"""


def plant(folder):
    course = folder.parents[2]
    (folder / "deep").mkdir()
    for name, target in {
        "home": Path(os.environ["REDTEAM_HOME"], "secret.txt"),
        "home_folder": Path(os.environ["REDTEAM_HOME"]),
        "course": course / "source" / "mini" / "mini.ipynb",
        "course_folder": course / "grader_tests",
        "tests": course / "grader_tests" / "mini" / "center" / "test_hidden.py",
        "book": course / "gradebook.db",
        "relative": Path("../../neighbour/mini/mini.ipynb"),
        "deep/link": Path("../../../../gradebook.db"),
    }.items():
        (folder / name).symlink_to(target)
