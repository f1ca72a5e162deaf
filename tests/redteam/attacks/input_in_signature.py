"""The function's signature, which a report may quote, carries inputs seen before."""

CATEGORY = "Steal the answer"
POINTS = 3.0
SOLUTION = """
import inspect

def center(X):
    P = inspect.Parameter
    center.__signature__ = inspect.Signature(
        [P(f'x{str(v).replace(".", "_").replace("-", "m")}', P.POSITIONAL_ONLY) for v in X.flat])
    return X - X.mean(0)
"""
