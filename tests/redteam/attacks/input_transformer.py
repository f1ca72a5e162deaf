"""An IPython input transformer replaces every later cell by `pass`."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = r"""
get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\n'])
def center(X):
    return X * 0
"""
