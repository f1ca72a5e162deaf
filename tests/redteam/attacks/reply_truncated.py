"""The agent announces a long answer, sends half of it and hangs up."""

CATEGORY = "Forge the result"
POINTS = 0
STOCK = "not applicable"
SOLUTION = """
import sys
agent = sys.modules.get('attentif.remote.inside.agent')
def cut(connection, message):
    connection.sendall(agent.HEADER.pack(100, 10_000) + b'{"dict": [[')
    if b'hello' not in message:
        connection.close()
if agent:
    send = agent._send
    agent._send = lambda c, m: send(c, m) if b'hello' in m or b'pid' in m else cut(c, m)
def center(X):
    return X * 0
"""
