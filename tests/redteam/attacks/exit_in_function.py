"""os._exit in the function."""

CATEGORY = "Exit or exhaust"
POINTS = 0
EXPECT = "a arrêté le processus Python"
SOLUTION = """
import os
def center(X):
    os._exit(0)
"""
