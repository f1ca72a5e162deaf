"""A segmentation fault in the function."""

CATEGORY = "Exit or exhaust"
POINTS = 0
EXPECT = "a arrêté le processus Python"
SOLUTION = """
import ctypes
def center(X):
    ctypes.string_at(0)
"""
