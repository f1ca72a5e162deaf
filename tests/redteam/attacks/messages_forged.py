"""Results with the maximum score are sent on the kernel's channel for every cell to come."""

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
kernel = get_ipython().kernel
def forge(*args):
    content = dict(data={'text/plain': '6.0'}, metadata={}, execution_count=1)
    kernel.session.send(kernel.iopub_socket, 'execute_result', content, parent=kernel.get_parent())
get_ipython().events.register('post_run_cell', forge)
get_ipython().events.register('pre_run_cell', forge)
forge()
def center(X):
    return X * 0
"""
