"""IPython is told not to show exceptions."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = """
get_ipython().showtraceback = lambda *a, **k: None
get_ipython()._showtraceback = lambda *a, **k: None
get_ipython().set_custom_exc((BaseException,), lambda *a, **k: None)
def center(X):
    return X * 0
"""
