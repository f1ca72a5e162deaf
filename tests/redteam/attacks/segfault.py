"""A segmentation fault at top level."""

CATEGORY = "Exit or exhaust"
POINTS = 0
EXPECT = "a arrêté le noyau"
SOLUTION = """
import ctypes
ctypes.string_at(0)
"""
