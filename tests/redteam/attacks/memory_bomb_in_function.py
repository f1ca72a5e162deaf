"""Memory is filled by the function."""

CATEGORY = "Exit or exhaust"
POINTS = 0
STOCK = "harms the machine"
SOLUTION = """
def center(X):
    hoard = []
    while True:
        hoard.append(np.ones(2_000_000))
"""
