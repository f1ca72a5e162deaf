"""Display messages without end, below Python's streams."""

CATEGORY = "Exit or exhaust"
POINTS = 0
STOCK = "harms the machine"
SOLUTION = """
def center(X):
    return X * 0
kernel = get_ipython().kernel
while True:
    kernel.session.send(kernel.iopub_socket, 'display_data', dict(data={'text/plain': 'x' * 100_000}, metadata={}),
                        parent=kernel.get_parent())
"""
