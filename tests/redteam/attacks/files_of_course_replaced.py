"""The public checks in the folder are replaced by checks that always pass."""

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


CHECK = """import pytest
pytestmark = pytest.mark.exercise("center")
@pytest.mark.weight(1000)
def test_values(student):
    pass
"""
FILES = {"checks/test_center.py": CHECK, "checks/test_center_hidden.py": CHECK}
