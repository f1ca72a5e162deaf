"""What several hostile submissions are made of."""

# Runs whatever stands in the folder, and prints it: what was copied from outside would be a right answer, or be seen.
RUNS_WHAT_LIES_THERE = """
import glob, json
for path in sorted(glob.glob('**', recursive=True)):
    try:
        text = open(path, errors='replace').read()
        print(text)
        for cell in json.loads(text)['cells']:
            exec(''.join(cell['source']).replace('check(', 'print('))
    except Exception:
        pass
"""


def is_check(cell):
    """Whether it is the check cell of the exercise."""
    return cell.metadata.get("nbgrader", {}).get("grade_id") == "center"
