"""An endless loop at top level."""

CATEGORY = "Exit or exhaust"
POINTS = 0
EXPECT = "ne s'arrêtait pas"
SOLUTION = """
def center(X):
    return X * 0
while True:
    pass
"""
