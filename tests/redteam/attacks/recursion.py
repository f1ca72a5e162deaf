"""Recursion without end, in Python and in C."""

CATEGORY = "Exit or exhaust"
POINTS = 0
SOLUTION = """
import sys
sys.setrecursionlimit(10**8)
def center(X):
    return center(X)
"""
