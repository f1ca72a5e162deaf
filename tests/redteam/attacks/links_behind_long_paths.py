"""Links to the gradebook, the solution and the hidden tests, beside folders nested until no path can name what is in
them: whoever looks for links by paths stumbles there."""

import os

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "dépasse 1000 octets"
SOLUTION = """
import glob, json
for path in sorted(glob.glob('**', recursive=True)):
    try:
        text = open(path, errors='replace').read()
        print(text)
        for cell in json.loads(text)['cells']:
            exec(''.join(cell['source']).replace('check(', 'print('))
    except Exception:
        pass
"""


def plant(folder):
    (folder / "figure.png").symlink_to("../../../gradebook.db")
    (folder / "solved.txt").symlink_to("../../../source/mini/mini.ipynb")
    (folder / "tests.txt").symlink_to("../../../grader_tests/mini/center/test_hidden.py")
    room = 4095 - len(os.fsencode(folder.absolute()))
    here = os.open(folder, os.O_RDONLY)
    for name in ["n" * 250] * (room // 251) + ["m" * max(1, room % 251 - 2)]:
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("x" * 200 + ".pyc", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
