"""The grader's own 'not a function' error carries the hidden inputs."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
def center(X):
    from attentif.remote.wire.errors import NotCallable
    raise NotCallable(str(X.tolist()))
"""
