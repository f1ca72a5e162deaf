"""A correct answer in a folder of loops, pipes, closed folders, tools' files and names of every kind."""

import os

CATEGORY = "Controls that must get full marks"
POINTS = 6
EXPECT = "Laissé de côté"
STOCK = "hangs the run"
SOLUTION = """
def center(X):
    return X - X.mean(0)
"""


def plant(folder):
    (folder / "self").symlink_to("self")
    (folder / "up").symlink_to("..", target_is_directory=True)
    os.mkfifo(folder / "pipe")
    for mode in (0o000, 0o444):
        (folder / f"mode{mode:o}").mkdir()
        (folder / f"mode{mode:o}").chmod(mode)
    for name in (b"x" * 255, b"caf\xe9.txt", b"new\nline.txt", b"\x1b[2J", b"[a]*?", b"-rf"):
        os.close(os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT | os.O_WRONLY))
    (folder / ".git" / "objects").mkdir(parents=True)
    for number in range(5000):
        (folder / ".git" / "objects" / str(number)).touch()
