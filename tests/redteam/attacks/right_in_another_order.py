"""A correct answer by other operations."""

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
def center(X):
    n = len(X)
    return (np.eye(n) - np.full((n, n), 1 / n)) @ X
"""
