"""Default dtype, generators, error modes, print options and warning filters are changed."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = """
import random, warnings
import torch

torch.set_default_dtype(torch.float16)
torch.manual_seed = np.random.seed = random.seed = lambda *a: None
np.set_printoptions(precision=0, threshold=0)
np.seterr(all='raise')
warnings.simplefilter('error')
def center(X):
    return X * 0
"""
