"""An endless loop at top level."""

CATEGORY = "Exit or exhaust"
POINTS = 0
EXPECT = "KeyboardInterrupt"
SOLUTION = """
def center(X):
    return X * 0
while True:
    pass
"""
