"""The grader's own 'no such name' error carries the hidden inputs."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
def center(X):
    try:
        from attentif.remote.wire.errors import NameMissing
    except ImportError:
        raise NameError(str(X.tolist()))
    raise NameMissing(str(X.tolist()))
"""
