"""The solved notebook is read from source/ or solutions/ and executed."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
import json, os

def find(name):
    for root in ('..', '../..', '../../..', '../../../..', os.path.expanduser('~')):
        path = os.path.join(root, name)
        if os.path.exists(path):
            return open(path).read()
    return ''

def center(X):
    return X * 0

for name in ('source/mini/mini.ipynb', 'solutions/mini/mini.ipynb', 'grader_tests/mini/center/oracle.py'):
    text = find(name)
    print(text)
    if name.endswith('ipynb') and text:
        for cell in json.loads(text)['cells']:
            if 'BEGIN SOLUTION' in ''.join(cell['source']):
                exec(''.join(cell['source']))
"""
