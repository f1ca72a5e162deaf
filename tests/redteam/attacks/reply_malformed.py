"""The reply to a cell has no status."""

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
async def do_execute(*args, **kwargs):
    return dict(nothing=1)
get_ipython().kernel.do_execute = do_execute
def center(X):
    return X * 0
"""
