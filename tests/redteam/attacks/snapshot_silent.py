"""The frozen copy takes its orders and never answers."""

CATEGORY = "Forge the result"
POINTS = 0
STOCK = "not applicable"
SOLUTION = """
import sys, time
agent = sys.modules.get('attentif.remote.inside.agent')
if agent:
    agent._serve_snapshot = lambda *a: time.sleep(10**6)
def center(X):
    return X * 0
"""
