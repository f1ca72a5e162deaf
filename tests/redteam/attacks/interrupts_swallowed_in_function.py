"""The function swallows every interrupt for ever."""

CATEGORY = "Exit or exhaust"
POINTS = 0
STOCK = "hangs the run"
SOLUTION = """
def center(X):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
