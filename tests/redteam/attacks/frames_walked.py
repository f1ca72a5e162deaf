"""The caller's frames are searched for an array that looks like the answer."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
import sys

def center(X):
    frame = sys._getframe(1)
    while frame is not None:
        for scope in (frame.f_locals, frame.f_globals):
            for name in ('expected', 'wanted', 'answer'):
                value = scope.get(name)
                if isinstance(value, np.ndarray) and value.shape == X.shape:
                    return value
        frame = frame.f_back
    return X * 0
"""
