"""sitecustomize.py, usercustomize.py and an nbgrader configuration in the folder."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


LIE = "import numpy\nnumpy.allclose = lambda *a, **k: True\nnumpy.testing.assert_allclose = lambda *a, **k: None\n"
FILES = {
    "sitecustomize.py": LIE,
    "usercustomize.py": LIE,
    "nbgrader_config.py": "c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///mine.db'\n",
    "ipython_config.py": "c = get_config()\nc.InteractiveShellApp.exec_lines = ['import sitecustomize']\n",
}
