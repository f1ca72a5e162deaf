"""The grader's socket is called with forged announcements of copies, sessions and results."""

CATEGORY = "Forge the result"
POINTS = 0
STOCK = "not applicable"
SOLUTION = """
import os, socket, sys
agent = sys.modules.get('attentif.remote.inside.agent')
folder = os.environ.get('ATTENTIF_CHANNEL_DIR', '/run/kernel/channel')
if agent and os.path.isdir(folder):
    for message in (
        dict(hello='session', token='0' * 32), dict(hello='snapshot', exercise='center', token='0' * 32),
        dict(hello='cell', nonce='0' * 32, shown='6.0', error=None), dict(hello=3), [1, 2], 'text', None, dict(),
        dict(hello='cell', nonce=[1]),
    ):
        for name in os.listdir(folder):
            line = socket.socket(socket.AF_UNIX)
            line.connect(os.path.join(folder, name))
            line.sendall(agent.encode(message))
def center(X):
    return X * 0
"""
