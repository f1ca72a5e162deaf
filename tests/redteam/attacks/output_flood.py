"""Output without end."""

CATEGORY = "Exit or exhaust"
POINTS = 0
STOCK = "harms the machine"
SOLUTION = """
def center(X):
    return X * 0
while True:
    print('x' * 10_000)
"""
