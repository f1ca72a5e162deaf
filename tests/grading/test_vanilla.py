"""nbgrader's own kind of course — plain asserts, hidden tests, partial credit, written answers — graded by stock
nbgrader and by ours: the same scores."""

import csv

import nbformat
import pytest
from courses import answer, make_course, nbgrader, submit
from nbformat.v4 import new_code_cell

STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "stock"\n'


def written(text):
    def edit(notebook):
        answer("def add(a, b):\n    return a + b", "add_code")(notebook)
        notebook.cells[-1].source = text

    return edit


def add_is(code):
    return answer(f"def add(a, b):\n    {code}", "add_code")


def with_extra_cell(notebook):
    add_is("return a + b")(notebook)
    notebook.cells.insert(1, new_code_cell("print('mes essais')"))


# student: (edit, score by both)
CLASS = {
    "right": (add_is("return a + b"), 7.0),
    "blank": (None, None),
    "abs": (add_is("return abs(a) + abs(b)"), None),
    "raises": (add_is("raise KeyError(a)"), None),
    "string": (add_is("return str(a + b)"), None),
    "essay": (written("Une réponse."), None),
    "extra_cells": (with_extra_cell, 7.0),
}  # fmt: skip


def grades(course):
    nbgrader(course, "export")
    with (course.root / "grades.csv").open() as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def courses(tmp_path_factory, notebooks):
    """(stock, ours), the same course and class, graded."""
    made = []
    for name in ("stock", "ours"):
        course = make_course(tmp_path_factory.mktemp(name))
        if name == "stock":
            (course.root / "nbgrader_config.py").write_text(STOCK)
        (course.root / "source" / "mini").mkdir(parents=True)
        nbformat.write(notebooks.vanilla_notebook(), course.root / "source" / "mini" / "mini.ipynb")
        nbgrader(course, "generate_assignment", "mini")
        for student, (edit, _) in CLASS.items():
            submit(course, student, "mini", edit)
        nbgrader(course, "autograde", "mini")
        made.append(course)
    return made


def test_the_same_scores(courses):
    stock, ours = (grades(course) for course in courses)
    assert ours == stock
    assert set(ours) == set(CLASS)
    assert {student: ours[student] for student, (_, score) in CLASS.items() if score is not None} == {
        student: score for student, (_, score) in CLASS.items() if score is not None
    }
    assert len(set(ours.values())) > 2  # the class is not all right or all wrong


def test_two_rules_are_turned_round(courses):
    """stderr costs nothing, and a cell that did not run is zero: where stock nbgrader says the contrary."""
    stock, ours = courses
    sneaky = "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])"
    for course in courses:
        submit(course, "warns", "mini", answer(
            "import sys\ndef add(a, b):\n    print('!', file=sys.stderr)\n    return a + b", "add_code"))  # fmt: skip
        submit(course, "sneaky", "mini", answer(sneaky, "add_code"))
        for student in ("warns", "sneaky"):
            nbgrader(course, "autograde", "mini", "--student", student)
    stock_grades, our_grades = grades(stock), grades(ours)
    assert (stock_grades["warns"], our_grades["warns"]) == (1.0, 7.0)
    assert (stock_grades["sneaky"], our_grades["sneaky"]) == (7.0, 0.0)
