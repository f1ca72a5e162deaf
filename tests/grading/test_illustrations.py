"""Which cells grading leaves out: the course's own illustrations, unchanged. A submission's tags decide nothing."""

import nbformat
import pytest
from courses import answer, make_mini_course, nbgrader, submit
from nbformat.v4 import new_code_cell
from redteam import gallery

from attentif.exercises.course import Course
from attentif.grading.plan import CellKind, plan_cell, released_illustrations

FIGURE = "print('figure')\ncenter(np.ones((2, 2)))\n\nprint('légende')"
HELPED = "def center(X):\n    return X - helper(X)"
TAGGED = {"tags": ["illustration"]}


def with_helper(metadata):
    """The answer needs a helper, which stands in a cell of its own above it."""

    def edit(notebook):
        answer(HELPED)(notebook)
        notebook.cells.insert(2, new_code_cell("def helper(X):\n    return X.mean(0)", metadata=metadata))

    return edit


def figure_is(source, metadata=TAGGED):
    def edit(notebook):
        answer("def center(X):\n    return X - X.mean(0)")(notebook)
        figure = notebook.cells[-2]  # the release's own last cell follows
        figure.source, figure.metadata = source, metadata

    return edit


CLASS = {
    "unchanged": figure_is(FIGURE),
    "helper_with_copied_tag": with_helper(TAGGED),
    "helper_with_other_tags": with_helper({"tags": ["illustration", "skip-execution", "raises-exception"]}),
    "changed": figure_is(FIGURE.replace("figure", "ma figure")),
    "tag_lost": figure_is(FIGURE, {}),
    "saved_elsewhere": figure_is(FIGURE.replace("\n", "  \r\n") + "\n\n"),
    "endless_where_it_was_tagged": figure_is("while True: pass"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, notebooks):
    notebook = notebooks.mini_notebook()
    notebook.cells.append(new_code_cell(FIGURE, metadata=TAGGED))
    course = make_mini_course(tmp_path_factory.mktemp("illustrations"), notebook)
    for student, edit in CLASS.items():
        submit(course, student, "mini", edit)
    nbgrader(course, "autograde", "mini", "--Grade.timeout=5")
    return course


def figure_outputs(course, student):
    path = course.root / "autograded" / student / "mini" / "mini.ipynb"
    return nbformat.read(path, 4).cells[-2].outputs


@pytest.mark.parametrize("student", CLASS)
def test_every_right_answer_has_its_grade(graded, student):
    assert gallery.grades(graded)[student] == (6.0, 6.0, False)


@pytest.mark.parametrize("student", ["unchanged", "tag_lost", "saved_elsewhere", "helper_with_copied_tag"])
def test_a_released_illustration_is_left_out(graded, student):
    assert figure_outputs(graded, student) == []


def test_a_changed_illustration_runs_like_any_cell(graded):
    assert "ma figure" in figure_outputs(graded, "changed")[0].text
    assert figure_outputs(graded, "endless_where_it_was_tagged")[0].ename == "KeyboardInterrupt"


def notebook_with(course, folder, *cells):
    path = course.root / folder / "atelier1" / "a.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)


def test_the_course_is_asked_in_source_and_release(tmp_path):
    course = Course(tmp_path)
    notebook_with(course, "source", new_code_cell("a", metadata=TAGGED), new_code_cell("", metadata=TAGGED))
    notebook_with(course, "release", new_code_cell("b", metadata=TAGGED), new_code_cell("c"))
    assert released_illustrations(course, "atelier1", "a", "illustration") == {"a", "b"}
    assert released_illustrations(course, "atelier1", "other", "illustration") == set()
    assert released_illustrations(course, "atelier1", "a", "") == set()
    assert released_illustrations(None, "atelier1", "a", "illustration") == set()


def test_a_source_that_the_course_also_has_untagged_runs(tmp_path):
    course = Course(tmp_path)
    notebook_with(course, "source", new_code_cell("a", metadata=TAGGED), new_code_cell("a"))
    assert released_illustrations(course, "atelier1", "a", "illustration") == set()


def test_a_grade_cell_is_never_left_out(tmp_path):
    mark = {"nbgrader": {"grade": True, "solution": False, "locked": True, "grade_id": "x", "points": 1}}
    plan = plan_cell(new_code_cell("a", metadata={**mark, **TAGGED}), None, "atelier1", frozenset({"a"}))
    assert plan.kind is CellKind.ASSERTIONS
