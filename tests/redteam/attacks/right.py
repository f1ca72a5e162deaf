"""A correct answer."""

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
def center(X):
    return X - X.mean(0)
"""
