"""os._exit at top level."""

CATEGORY = "Exit or exhaust"
POINTS = 0
EXPECT = "a arrêté le noyau"
SOLUTION = """
import os
os._exit(0)
"""
