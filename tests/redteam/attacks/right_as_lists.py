"""A correct answer as lists of numbers."""

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
def center(X):
    rows = np.asarray(X).tolist()
    means = [sum(column) / len(column) for column in zip(*rows)]
    return [[x - m for x, m in zip(row, means)] for row in rows]
"""
