"""A background thread changes numpy and the namespace for ever."""

CATEGORY = "Forge the result"
POINTS = 0
SOLUTION = """
import threading, time

def work():
    while True:
        np.allclose = lambda *a, **k: True
        np.testing.assert_allclose = lambda *a, **k: None
        globals()['check'] = lambda *a, **k: 6
        time.sleep(0.01)

threading.Thread(target=work, daemon=True).start()
def center(X):
    return X * 0
"""
