"""The reply to a cell is not even a dictionary."""

CATEGORY = "Forge the result"
POINTS = 0
STOCK = "hangs the run"
SOLUTION = """
async def do_execute(*args, **kwargs):
    return 'ok'
get_ipython().kernel.do_execute = do_execute
def center(X):
    return X * 0
"""
