"""The agent claims verdicts: passed, score, six points."""

CATEGORY = "Make the checker lie"
POINTS = 0
STOCK = "not applicable"
SOLUTION = """
import sys
agent = sys.modules['attentif.remote.inside.agent']
agent.Agent.handle = lambda self, request: agent.encode(
    {'value': None, 'verdict': 'passed', 'passed': True, 'score': 6.0, 'points': 6})
def center(X):
    return X * 0
"""
