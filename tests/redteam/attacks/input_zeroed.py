"""The input is zeroed in place, so that an answer computed from it afterwards is zero too."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
def center(X):
    X[:] = 0
    return X
"""
