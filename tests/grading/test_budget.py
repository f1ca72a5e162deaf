"""The whole time of an exercise's checks and of a notebook's cells is bounded, though no single call or cell is too
long; what was cut is said to the student and to the instructor."""

import nbformat
import pytest
from courses import answer, attentif, nbgrader, submit
from nbformat.v4 import new_code_cell
from redteam import gallery

from attentif.grading.budget import Budget, BudgetSpent

RIGHT = "def center(X):\n    return X - X.mean(0)"
SLOW = "import time\ndef center(X):\n    time.sleep(2.4)\n    return X - X.mean(0)"
SETTINGS = "\nc.Grade.checks_timeout = 60\nc.Grade.exercise_budget = 4\nc.Grade.notebook_budget = 10\n"


def slow_cells(*where):
    def edit(notebook):
        answer(RIGHT)(notebook)
        for at in where:
            notebook.cells.insert(at, new_code_cell("import time\ntime.sleep(5.2)"))
        notebook.cells.append(new_code_cell("print('after all')"))

    return edit


CLASS = {
    "right": answer(RIGHT),
    "slow_calls": answer(SLOW),
    "slow_cells_before": slow_cells(1, 1),
    "slow_cells_after": slow_cells(5, 5),
}


@pytest.fixture(scope="module")
def graded(mini_course):
    """The course, what `attentif grade` said, and the grades that both commands gave."""
    course = mini_course
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(SETTINGS)
    for student, edit in CLASS.items():
        submit(course, student, "mini", edit)
    said = attentif(course, "grade", "mini").stdout
    first = gallery.grades(course)
    nbgrader(course, "autograde", "mini", "--force")
    return course, said, first, gallery.grades(course)


def text_of(course, student):
    return str(nbformat.read(course.root / "autograded" / student / "mini" / "mini.ipynb", 4))


def test_both_commands_agree(graded):
    _, _, ours, nbgraders = graded
    assert ours == nbgraders
    assert set(ours) == set(CLASS)


@pytest.mark.parametrize(
    ("student", "points"), [("right", 6.0), ("slow_calls", 2.0), ("slow_cells_before", 0.0), ("slow_cells_after", 6.0)]
)
def test_points(graded, student, points):
    """What was earned before the end stays earned; cells that come later cost no exercise that stands before them."""
    assert graded[2][student][0] == points


def test_the_report_says_what_was_cut(graded):
    text = text_of(graded[0], "slow_calls")
    assert "Le temps total accordé à cet exercice (4 s) est épuisé" in text
    assert "épuisé" not in text_of(graded[0], "right")


@pytest.mark.parametrize("student", ["slow_cells_before", "slow_cells_after"])
def test_a_cell_that_was_not_run_says_so(graded, student):
    text = text_of(graded[0], student)
    assert "le temps total accordé aux cellules de ce notebook (10 s) est épuisé" in text
    assert "after all\\n" not in text


def test_the_instructor_is_told(graded):
    told = [line for line in graded[1].splitlines() if "time budget spent" in line]
    for student in ("slow_calls", "slow_cells_before", "slow_cells_after"):
        assert any(student in line for line in told), told
    assert not any("right" in line for line in told)


def test_an_exercise_that_is_cut_leaves_the_others_their_time():
    budget = Budget(exercise=10, notebook=25)
    budget.checks["a"] = 10
    with pytest.raises(BudgetSpent, match="cet exercice"):
        budget.require("a")
    budget.require("b")
    budget.checks["b"] = 9
    budget.checks["c"] = 6
    with pytest.raises(BudgetSpent, match="ce notebook"):
        budget.require("c")
    assert set(budget.cut) == {"a", "c"}
