"""An endless loop in the function."""

CATEGORY = "Exit or exhaust"
POINTS = 0
EXPECT = "arrêté"
SOLUTION = """
def center(X):
    while True:
        pass
"""
