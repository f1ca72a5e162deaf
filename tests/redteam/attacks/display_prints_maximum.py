"""Every value is displayed as the maximum score, and each cell ends with one."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = """
formatter = get_ipython().display_formatter.formatters['text/plain']
for kind in (int, float, object):
    formatter.for_type(kind, lambda value, p, cycle: p.text('6.0'))
get_ipython().events.register('post_run_cell', lambda *a: get_ipython().displayhook(6.0))
def center(X):
    return 6.0
"""
