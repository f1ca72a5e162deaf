"""The kernel answers 'ok' to every cell without running it."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = """
async def do_execute(code, *args, **kwargs):
    return dict(status='ok', execution_count=1, payload=[], user_expressions={})

get_ipython().kernel.do_execute = do_execute
def center(X):
    return X * 0
"""
