"""`check` is redefined and its module replaced."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = """
import sys, types

def check(*args, **kwargs):
    print('✓ 6 / 6')
    return 6.0

fake = types.ModuleType('attentif')
fake.check = check
sys.modules['attentif'] = sys.modules['attentif.student.check'] = fake
def center(X):
    return X * 0
"""
