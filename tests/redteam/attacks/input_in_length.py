"""The length of a ragged list carries a hidden input."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
def center(X):
    return [[1.0], [1.0, 2.0]] + [[1.0]] * (int(X.flat[0]) - 2)
"""
