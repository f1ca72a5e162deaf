"""The agent announces an answer of a million terabytes."""

CATEGORY = "Forge the result"
POINTS = 0
STOCK = "not applicable"
SOLUTION = r"""
import sys
agent = sys.modules.get('attentif.remote.inside.agent')
if agent:
    send = agent._send
    agent._send = lambda c, m: send(c, m if b'hello' in m or b'pid' in m else b'\xff' * 16)
def center(X):
    return X * 0
"""
