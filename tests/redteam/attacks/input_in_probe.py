"""The probe for in-place changes names the hidden inputs as changed."""

CATEGORY = "Steal the answer"
POINTS = 5.0
STOCK = "not applicable"
SOLUTION = """
import sys
probes = sys.modules.get('attentif.remote.inside.probes')
if probes:
    probes.PROBES['unchanged'] = lambda space, name, inputs, *a, **k: [str(v.tolist()) for v in inputs.values()]
def center(X):
    return X - X.mean(0)
"""
