"""The answer is an array of texts, objects or complex numbers."""

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
count = 0
def center(X):
    global count
    count += 1
    return [X.astype(str), X.astype(object), X.astype(complex), X.astype('M8[s]'), X > 0][count % 5]
"""
