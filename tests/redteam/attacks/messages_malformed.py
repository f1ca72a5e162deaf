"""Messages without their fields, or with fields of the wrong kind, go to the grader."""

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
kernel = get_ipython().kernel
for kind, content in [
    ('stream', {}), ('stream', dict(name=3, text=[1])), ('display_data', dict(data=[])), ('execute_result', {}),
    ('error', dict(ename=None)), ('update_display_data', {}), ('clear_output', {}), ('comm_open', {}),
    ('comm_msg', dict(comm_id='x')), ('display_data', dict(data=3, metadata=4, transient=5)), ('nonsense', {}),
]:
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
def center(X):
    return X * 0
"""
