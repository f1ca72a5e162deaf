"""The answer is made of NaN and infinities."""

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
def center(X):
    return np.where(X > X.mean(), np.nan, np.inf)
"""
