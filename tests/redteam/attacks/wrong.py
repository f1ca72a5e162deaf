"""A wrong answer."""

CATEGORY = "Controls that must get none"
POINTS = 0
SOLUTION = """
def center(X):
    return X - X.mean(1, keepdims=True)
"""
