"""The function sleeps past its limit with the right answer in hand."""

CATEGORY = "Exit or exhaust"
POINTS = 0
STOCK = "costs the whole limit"
EXPECT = "arrêté"
SOLUTION = """
import time
def center(X):
    time.sleep(1000)
    return X - X.mean(0)
"""
