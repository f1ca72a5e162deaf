"""numpy's comparisons always agree."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = """
import numpy as np

np.allclose = np.array_equal = lambda *a, **k: True
np.isclose = lambda a, b, *r, **k: np.ones(np.shape(a), bool)
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
def center(X):
    return X * 0
"""
