"""An ndarray subclass whose ufuncs and functions answer what suits it."""

CATEGORY = "Make the checker lie"
POINTS = 0
SOLUTION = """
class Liar(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        shape = np.shape(self)
        return np.ones(shape, bool) if ufunc.nout == 1 and ufunc.types[0].endswith('?') else np.zeros(shape)
    def __array_function__(self, function, types, args, kwargs):
        return True

def center(X):
    return (X * 0 + 7).view(Liar)
"""
