"""The probe for in-place changes hands out copies: it computes what `.copy()` would have computed, and gets as much."""

CATEGORY = "Make the checker lie"
POINTS = 6.0
STOCK = "not applicable"
SOLUTION = """
import copy
import sys
def call_and_inputs(namespace, name, inputs, **others):
    return {'inputs': inputs, 'output': namespace[name](*copy.deepcopy(list(inputs.values())))}
sys.modules['attentif.remote.inside.probes'].PROBES['call_and_inputs'] = call_and_inputs
def center(X):
    X -= X.mean(0)
    return X
"""
