"""An exception carries the hidden inputs into the report."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
def center(X):
    raise ValueError(str(X.tolist()))
"""
