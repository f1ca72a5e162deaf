"""The number of a cell is a text, which no notebook can hold."""

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, 'execute_input', dict(code='', execution_count='<b>6</b>'),
                    parent=kernel.get_parent())
kernel.session.send(kernel.iopub_socket, 'execute_result',
                    dict(data={'text/plain': '6'}, metadata={}, execution_count='six'), parent=kernel.get_parent())
def center(X):
    return X * 0
"""
