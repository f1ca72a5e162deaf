"""sys.exit at top level and in the function."""

CATEGORY = "Exit or exhaust"
POINTS = 0
SOLUTION = """
import sys
def center(X):
    sys.exit(0)
sys.exit(0)
"""
