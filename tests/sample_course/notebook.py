"""The sample course's notebook, as data."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

CHECKS = 'check("{0}")\n### BEGIN HIDDEN TESTS\ncheck("{0}", hidden=True)\n### END HIDDEN TESTS'


def mark(grade_id, *, grade=False, solution=False, points=None, locked=None):
    content = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": not solution if locked is None else locked,
        "task": False,
    }
    if points is not None:
        content["points"] = points
    return {"nbgrader": content}


def solution(grade_id, head, body):
    code = "\n".join(["    " + line for line in body.splitlines()])
    source = f"{head}\n    ### BEGIN SOLUTION\n{code}\n    ### END SOLUTION"
    return new_code_cell(source, metadata=mark(grade_id, solution=True))


def grade_cell(grade_id, source, points):
    return new_code_cell(source, metadata=mark(grade_id, grade=True, points=points))


def mini_notebook():
    """One exercise with checks."""
    return new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            new_markdown_cell("# Centrer"),
            new_code_cell("import numpy as np\nfrom attentif import check"),
            solution("center_code", "def center(X):", "return X - X.mean(axis=0, keepdims=True)"),
            grade_cell("center", CHECKS.format("center"), 6),
            new_code_cell('print("fin")'),
        ],
    )


def vanilla_notebook():
    """nbgrader's own kind of course: asserts, hidden tests, partial credit, a written answer."""
    partial = "score = 0\nif add(1, 2) == 3:\n    score += 1.5\nif add(-1, 1) == 0:\n    score += 0.5\nscore"
    return new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            solution("add_code", "def add(a, b):", "return a + b"),
            grade_cell(
                "add",
                "assert add(1, 2) == 3\n### BEGIN HIDDEN TESTS\nassert add(-1, 1) == 0\n### END HIDDEN TESTS",
                3,
            ),
            grade_cell("add_partial", partial, 2),
            grade_cell("helper", "helper_value = add(2, 2)\nassert helper_value == 4", 1),
            grade_cell("uses_helper", "%time None\nassert helper_value == 4\n'a text is full credit'", 1),
            new_markdown_cell("Votre réponse", metadata=mark("essay", grade=True, solution=True, points=4)),
        ],
    )
