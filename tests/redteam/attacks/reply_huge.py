"""The answer has a million parts."""

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
def center(X):
    return [[0.0]] * 1_000_000
"""
