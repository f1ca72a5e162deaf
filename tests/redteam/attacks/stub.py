"""The stub as it was handed out."""

CATEGORY = "Controls that must get none"
POINTS = 0


SOLUTION = None
