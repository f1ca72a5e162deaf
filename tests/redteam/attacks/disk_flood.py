"""The disk is filled, in the folder and in /tmp."""

CATEGORY = "Exit or exhaust"
POINTS = 0
STOCK = "harms the machine"
SOLUTION = """
import os
for folder in ('.', '/tmp', '/dev/shm'):
    for number in range(100):
        try:
            with open(os.path.join(folder, f'flood{number}'), 'wb') as file:
                for _ in range(100):
                    file.write(b'x' * 10_000_000)
        except OSError as error:
            print(folder, error.strerror)
            break
def center(X):
    return X * 0
"""
