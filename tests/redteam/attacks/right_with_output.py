"""A correct answer that prints a lot."""

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
def center(X):
    for _ in range(2000):
        print(X.shape)
    return X - X.mean(0)
for _ in range(50_000):
    print('x' * 20)
"""
