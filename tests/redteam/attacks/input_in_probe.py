"""The probe for in-place changes hands the hidden inputs back as names of inputs."""

CATEGORY = "Steal the answer"
POINTS = 5.0
STOCK = "not applicable"
SOLUTION = """
import sys
probes = sys.modules.get('attentif.remote.inside.probes')
if probes:
    probes.PROBES['call_and_inputs'] = lambda namespace, call: {
        'inputs': {str(v.tolist()): v for v in call.inputs.values()}, 'output': str(call.inputs)}
def center(X):
    return X - X.mean(0)
"""
