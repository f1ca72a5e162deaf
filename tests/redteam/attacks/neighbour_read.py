"""Other submissions are read from disk, printed and copied."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
import glob, json

def center(X):
    return X * 0

for path in glob.glob('../../*/mini/*.ipynb') + glob.glob('../../../submitted/*/mini/*.ipynb'):
    if 'right' in path or 'neighbour' in path:
        for cell in json.load(open(path))['cells']:
            source = ''.join(cell['source'])
            print(source)
            if source.startswith('def center') or 'CANARY' in source:
                exec(source)
"""
