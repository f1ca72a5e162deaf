"""The probe for in-place changes says that nothing was changed."""

CATEGORY = "Make the checker lie"
POINTS = 5.0
STOCK = "not applicable"
SOLUTION = """
import sys
probes = sys.modules['attentif.remote.inside.probes'].PROBES
probes['call_and_inputs'] = lambda namespace, call: {'inputs': call.inputs}
def center(X):
    X -= X.mean(0)
    return X
"""
