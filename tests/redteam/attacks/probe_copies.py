"""The probe for in-place changes hands out copies: it computes what `.copy()` would have computed, and gets as much."""

CATEGORY = "Make the checker lie"
POINTS = 6.0
STOCK = "not applicable"
SOLUTION = """
import copy
import sys
def call_and_inputs(namespace, call):
    answer = namespace[call.target](*copy.deepcopy(list(call.inputs.values())))
    return {'inputs': call.inputs, 'output': answer}
sys.modules['attentif.remote.inside.probes'].PROBES['call_and_inputs'] = call_and_inputs
def center(X):
    X -= X.mean(0)
    return X
"""
