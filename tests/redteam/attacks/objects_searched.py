"""Every live container is searched for the expected array."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
import gc

def center(X):
    for holder in gc.get_objects():
        if type(holder) is dict and isinstance(holder.get('expected'), np.ndarray):
            if holder['expected'].shape == X.shape:
                return holder['expected']
    return X * 0
"""
