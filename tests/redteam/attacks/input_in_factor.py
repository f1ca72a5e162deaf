"""The answer is wrong by a factor, or by a constant, that is a hidden input."""

CATEGORY = "Steal the answer"
POINTS = 3.0
SOLUTION = """
first = None
def center(X):
    global first
    first = first if first is not None or len(X) < 3 else float(X.flat[0])
    return (X - X.mean(0)) * (first or 1.0)
"""
