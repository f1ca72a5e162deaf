"""A correct answer that warns on stderr."""

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
import sys, warnings
warnings.warn('attention')
def center(X):
    print('attention', file=sys.stderr)
    warnings.warn('attention')
    return X - X.mean(0)
"""
