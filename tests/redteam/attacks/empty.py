"""An empty cell."""

CATEGORY = "Controls that must get none"
POINTS = 0
SOLUTION = """

"""
