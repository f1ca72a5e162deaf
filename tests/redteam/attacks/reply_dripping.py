"""The agent sends its answer one byte every half second."""

CATEGORY = "Forge the result"
POINTS = 0
STOCK = "not applicable"
SOLUTION = """
import sys, time
agent = sys.modules.get('attentif.remote.inside.agent')
def drip(connection, message):
    for byte in message:
        connection.sendall(bytes([byte]))
        time.sleep(0.5)
if agent:
    send = agent._send
    agent._send = lambda c, m: send(c, m) if b'hello' in m or b'pid' in m else drip(c, m)
def center(X):
    return X * 0
"""
