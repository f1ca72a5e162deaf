"""An output above the channel's bound, which hangs up on whoever sends it; the answer is right."""

CATEGORY = "Exit or exhaust"
POINTS = 6
SOLUTION = """
def center(X):
    return X - X.mean(0)
display({'text/plain': 'x' * 40_000_000}, raw=True)
"""
EXPECT = "fin"
