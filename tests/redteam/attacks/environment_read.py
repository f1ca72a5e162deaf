"""Secrets are looked for in the environment."""

CATEGORY = "Go outside"
POINTS = 0
SOLUTION = """
import os, subprocess
print(dict(os.environ))
print(subprocess.run(['env'], capture_output=True, text=True).stdout)
def center(X):
    return X * 0
"""
