"""The frozen copy says that its sessions are processes of others."""

CATEGORY = "Forge the result"
POINTS = 0
STOCK = "not applicable"
SOLUTION = """
import sys
agent = sys.modules.get('attentif.remote.inside.agent')
if agent:
    send = agent._send
    agent._send = lambda c, m: send(c, agent.encode(dict(pid=1, status=-1)) if b'"pid"' in m else m)
def center(X):
    return X * 0
"""
