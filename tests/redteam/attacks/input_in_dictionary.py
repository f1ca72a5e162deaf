"""The answer is a dictionary, or an object, named after the hidden inputs."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
def center(X):
    if len(X) > 3:
        return {str(X.tolist()): X}
    return type(str(X.tolist()), (), {})()
"""
