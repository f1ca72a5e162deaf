"""Answers to the sample course's exercise, as names that a student's notebook has."""

RIGHT = "import numpy as np\ndef center(X):\n    return X - X.mean(0)"


def names(code):
    """What the code defines."""
    namespace = {}
    exec(code, namespace)
    return namespace
