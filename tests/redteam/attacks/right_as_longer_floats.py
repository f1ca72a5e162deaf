"""A correct answer computed in another dtype."""

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
def center(X):
    X = X.astype(np.longdouble)
    return (X - X.mean(axis=0)).astype(float)
"""
