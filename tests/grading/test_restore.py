"""Whatever a student does to the document, the graded cells are those that were released."""

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator

from attentif.grading.restore import ReleasedCell, restore

CHECK_SOURCE = 'check("softmax")\n### BEGIN HIDDEN TESTS\ncheck("softmax", hidden=True)\n### END HIDDEN TESTS'
SOLUTION = ReleasedCell("softmax_code", "code", "def softmax(): ...", "1" * 32, False, False, True, False, 0.0)
CHECK = ReleasedCell("softmax", "code", CHECK_SOURCE, "2" * 32, True, True, False, False, 7.0)
WRITTEN = ReleasedCell("essay", "markdown", "Votre réponse", "3" * 32, False, True, True, False, 3.0)
RELEASED = [SOLUTION, CHECK, WRITTEN]


def submission():
    notebook = new_notebook(
        cells=[
            new_markdown_cell("Énoncé"),
            new_code_cell("def softmax(x): return 42", metadata={"nbgrader": SOLUTION.metadata()}),
            new_code_cell('check("softmax")', metadata={"nbgrader": CHECK.metadata()}),
            new_markdown_cell("J'affirme que…", metadata={"nbgrader": WRITTEN.metadata()}),
        ]
    )
    return nbformat.from_dict(notebook)


def tracked(notebook):
    return [c.metadata.nbgrader.grade_id for c in notebook.cells if "nbgrader" in c.metadata]


def check_cell(notebook):
    (cell,) = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "softmax"]
    return cell


def assert_sound(notebook):
    """The notebook is one that nbgrader will not choke on, and its check cell is the released one."""
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert sorted(tracked(notebook)) == ["essay", "softmax", "softmax_code"]
    assert check_cell(notebook).source == CHECK_SOURCE
    assert check_cell(notebook).cell_type == "code"
    assert check_cell(notebook).metadata.nbgrader.points == 7.0


def test_an_honest_submission_keeps_its_answers_and_order():
    notebook = submission()
    restore(notebook, RELEASED)
    assert_sound(notebook)
    assert tracked(notebook) == ["softmax_code", "softmax", "essay"]
    assert notebook.cells[1].source == "def softmax(x): return 42"
    assert notebook.cells[3].source == "J'affirme que…"


TAMPERINGS = {
    "points raised": lambda nb: nb.cells[2].metadata.nbgrader.update(points=100),
    "no longer graded": lambda nb: nb.cells[2].metadata.nbgrader.update(grade=False, locked=False),
    "turned into a solution": lambda nb: nb.cells[2].metadata.nbgrader.update(solution=True),
    "points of a wrong type": lambda nb: nb.cells[2].metadata.nbgrader.update(points="many"),
    "source emptied": lambda nb: nb.cells[2].update(source=""),
    "turned into markdown": lambda nb: nb.cells.__setitem__(
        2, new_markdown_cell('check("softmax")', metadata={"nbgrader": CHECK.metadata()})
    ),
    "deleted": lambda nb: nb.cells.pop(2),
    "all cells deleted": lambda nb: nb.cells.clear(),
    "duplicated": lambda nb: nb.cells.append(nb.cells[2].copy()),
    "order reversed": lambda nb: nb.cells.reverse(),
    "metadata emptied": lambda nb: nb.cells[2].metadata.update(nbgrader=NotebookNode()),
    "metadata of a wrong type": lambda nb: nb.cells[2].metadata.update(nbgrader="graded"),
    "grade id of a wrong type": lambda nb: nb.cells[2].metadata.nbgrader.update(grade_id=["softmax"]),
    "grade id renamed": lambda nb: nb.cells[2].metadata.nbgrader.update(grade_id="bonus"),
    "a forged cell": lambda nb: nb.cells.append(
        new_code_cell("50", metadata={"nbgrader": {"grade": True, "grade_id": "bonus", "points": 50}})
    ),
}


@pytest.mark.parametrize("tamper", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_is_undone(tamper):
    notebook = submission()
    tamper(notebook)
    notebook = nbformat.from_dict(notebook)
    restore(notebook, RELEASED)
    if "softmax_code" not in tracked(notebook):  # nothing is graded in a solution cell: it may stay away
        notebook.cells.append(SOLUTION.new_cell())
    assert_sound(notebook)


def test_of_two_check_cells_the_last_is_kept():
    notebook = submission()
    notebook.cells.append(notebook.cells[2].copy())
    restore(notebook, RELEASED)
    assert tracked(notebook) == ["softmax_code", "essay", "softmax"]


def test_a_copied_solution_cell_still_runs():
    notebook = submission()
    copy = new_code_cell("def softmax(x): return 43", metadata={"nbgrader": SOLUTION.metadata()})
    notebook.cells.insert(2, copy)
    restore(notebook, RELEASED)
    assert [c.source for c in notebook.cells[1:3]] == ["def softmax(x): return 42", "def softmax(x): return 43"]
    assert tracked(notebook) == ["softmax_code", "softmax", "essay"]


def test_a_deleted_check_cell_comes_back_after_its_solution():
    notebook = submission()
    del notebook.cells[2]
    restore(notebook, RELEASED)
    assert tracked(notebook) == ["softmax_code", "softmax", "essay"]


def test_a_check_cell_whose_solution_is_gone_comes_back_at_the_end():
    notebook = submission()
    del notebook.cells[1:3]
    notebook.cells.append(new_code_cell("def softmax(x): return 44"))
    restore(notebook, RELEASED)
    assert notebook.cells[-1].metadata.nbgrader.grade_id == "softmax"


@pytest.mark.parametrize("minor", [0, 2, 4, 5])
@pytest.mark.parametrize("deleted", [None, 2])
def test_cells_that_are_put_back_fit_the_notebooks_version(minor, deleted):
    """Before 4.5 a cell has no id: one that is put back must not bring its own."""
    notebook = submission()
    notebook.nbformat_minor = minor
    if minor < 5:
        for cell in notebook.cells:
            del cell["id"]
    if deleted is not None:
        del notebook.cells[deleted]
    restore(notebook, RELEASED)
    assert_sound(notebook)
    assert all(("id" in cell) == (minor == 5) for cell in notebook.cells)
