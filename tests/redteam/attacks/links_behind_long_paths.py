"""Links to the gradebook, the solution and the hidden tests, beside folders nested until no path can name what is in
them: whoever looks for links by paths stumbles there."""

import os

from redteam.parts import RUNS_WHAT_LIES_THERE

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "dépasse 1000 octets"
SOLUTION = RUNS_WHAT_LIES_THERE


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
