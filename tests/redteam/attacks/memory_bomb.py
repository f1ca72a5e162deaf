"""Memory is filled at top level."""

CATEGORY = "Exit or exhaust"
POINTS = 0
STOCK = "harms the machine"
SOLUTION = """
def center(X):
    return X * 0
hoard = []
while True:
    hoard.append(bytearray(b'x') * 20_000_000)
"""
