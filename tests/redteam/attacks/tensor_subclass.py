"""A tensor subclass whose __torch_function__ always says yes."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = """
import torch

class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return True

def center(X):
    return torch.zeros(X.shape, dtype=torch.float64).as_subclass(Liar)
"""
