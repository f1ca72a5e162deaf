"""Ten thousand threads."""

CATEGORY = "Exit or exhaust"
POINTS = 0
STOCK = "harms the machine"
SOLUTION = """
import threading, time
def center(X):
    return X * 0
for _ in range(10_000):
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
"""
