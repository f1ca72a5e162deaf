"""Answers are memorised from the notebook's own calls and replayed for any other input."""

CATEGORY = "Make the checker lie"
POINTS = 2.0
SOLUTION = """
known = {}
def center(X):
    key = X.tobytes()
    if len(known) < 2:
        known[key] = X - np.array([[2.0, 4.0, 0.5]][0][: X.shape[1]])
    return known.get(key, list(known.values())[0])
center(np.array([[1.0, 2.0, 0.0], [3.0, 6.0, 1.0]]))
center(np.array([[1.0, 2.0], [3.0, 6.0]]))
"""
