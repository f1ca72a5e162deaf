"""The sandbox's own first process is limited: no files, no memory, no processor; the answer is right."""

CATEGORY = "Exit or exhaust"
POINTS = 6
STOCK = "not applicable"
SOLUTION = """
import os, resource
def center(X):
    return X - X.mean(0)
for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_CPU):
    try:
        resource.prlimit(1, limit, (0, 0))
    except OSError as error:
        print(error)
for name, text in [('oom_score_adj', '1000'), ('timerslack_ns', '10' * 8), ('autogroup', '19'), ('mem', '0' * 64)]:
    try:
        open('/proc/1/' + name, 'w').write(text)
    except OSError as error:
        print(error)
"""
