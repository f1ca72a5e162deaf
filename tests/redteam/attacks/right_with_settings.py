"""A correct answer after default dtypes, seeds and print options were changed."""

CATEGORY = "Controls that must get full marks"
POINTS = 6.0
SOLUTION = """
import torch
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
np.random.seed(0)
np.set_printoptions(precision=2)
def center(X):
    return X - X.mean(0)
"""
