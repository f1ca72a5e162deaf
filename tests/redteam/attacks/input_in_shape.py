"""The answer's shape carries a hidden input."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
def center(X):
    return np.zeros((int(X.flat[0]), 1))
"""
