"""A correct answer as lists of numbers."""

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
def center(X):
    means = [sum(column) / len(column) for column in zip(*X.tolist())]
    return [[x - m for x, m in zip(row, means)] for row in X.tolist()]
"""
