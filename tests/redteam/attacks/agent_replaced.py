"""The grader's agent in the kernel is replaced by one that answers True to everything."""

CATEGORY = "Make the checker lie"
POINTS = 0
STOCK = "not applicable"
SOLUTION = """
import sys
agent = sys.modules['attentif.remote.inside.agent']
agent.Agent.handle = lambda self, request: agent.encode({'value': True})
def center(X):
    return X * 0
"""
