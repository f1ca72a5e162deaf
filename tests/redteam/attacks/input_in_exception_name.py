"""An exception's class name carries the hidden inputs."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
def center(X):
    raise type(str(X.tolist()), (Exception,), {})
"""
