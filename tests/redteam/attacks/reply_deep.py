"""The answer is nested ten thousand lists deep."""

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
def center(X):
    value = 0.0
    for _ in range(10_000):
        value = [value]
    return value
"""
