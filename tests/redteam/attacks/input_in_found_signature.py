"""The probe for signatures answers with everything the process can see."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
import sys
probes = sys.modules.get('attentif.remote.inside.probes')
def center(X):
    if probes:
        seen = str(X.tolist())
        probes.PROBES['accepts'] = lambda *a, **k: seen
    return X * 0
"""
