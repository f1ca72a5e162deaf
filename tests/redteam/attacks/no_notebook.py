"""A folder without a notebook."""

CATEGORY = "Controls that must get none"
POINTS = 0


GRADED = False


def plant(folder):
    (folder / "mini.ipynb").unlink()
