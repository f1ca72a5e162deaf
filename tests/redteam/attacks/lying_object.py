"""An object that equals everything and has size zero."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = """
class Liar:
    shape, dtype, ndim, size = (2, 3), np.dtype(float), 2, 6
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    def __le__(self, other): return True
    def __bool__(self): return True
    def __float__(self): return 0.0
    def __iter__(self): return iter(())
    def __len__(self): return 0
    def __array__(self, *a, **k): return np.zeros((2, 3))
    def __abs__(self): return self
    def __sub__(self, other): return self
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __sub__
    __hash__ = None

def center(X):
    return Liar()
"""
