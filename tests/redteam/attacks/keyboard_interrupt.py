"""KeyboardInterrupt, SystemExit and GeneratorExit are raised by the function."""

CATEGORY = "Exit or exhaust"
POINTS = 0
SOLUTION = """
count = 0
def center(X):
    global count
    count += 1
    raise [KeyboardInterrupt, SystemExit, GeneratorExit, BaseException][count % 4]
"""
