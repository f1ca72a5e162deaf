"""A protocol error's message carries the hidden inputs."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
def center(X):
    from attentif.remote.wire.errors import ProtocolError
    raise ProtocolError(str(X.tolist()))
"""
