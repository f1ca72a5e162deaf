"""A correct answer among messages that no notebook can hold."""

CATEGORY = "Controls that must get full marks"
POINTS = 6
SOLUTION = """
def center(X):
    return X - X.mean(0)
get_ipython().execution_count = -1000
display({'text/plain': 5}, raw=True)
kernel = get_ipython().kernel
for kind, content in [
    ('stream', dict(name=3, text=[1])), ('display_data', dict(data=[])), ('error', dict(ename=None)), ('status', {}),
    ('update_display_data', dict(data={}, transient=dict(display_id=[1]))), ('comm_open', {}), ('nonsense', {}),
]:
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
kernel.iopub_socket.send_multipart([b'no', b'message'])
"""
