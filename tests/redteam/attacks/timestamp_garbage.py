"""The time of submission is no time."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


FILES = {"timestamp.txt": "yesterday, honestly"}
