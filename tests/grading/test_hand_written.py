"""Hand-written grade cells, graded by stock nbgrader and by ours: the table of docs/instructors.md, row by row."""

import re

import nbformat
import pytest
from courses import ROOT, answer, attentif, gradebook_of, make_course, nbgrader, submit
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "attentif"\n'
SETUP = (
    "import asyncio\nfrom decimal import Decimal\nfrom fractions import Fraction\nimport numpy as np\nimport torch\n"
    "async def halves():\n    yield 0.5\n    yield 0.5\n"
)
ROW = re.compile(r"^\| (?:`(?P<source>[^`]+)`|\(an empty cell\)) \| (?P<stock>[\d.]+|no grade) \| (?P<here>[\d.]+) \|$")
NO_GRADE = "no grade"


def table():
    """Cell's source → (stock nbgrader's score, ours)."""
    lines = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8").splitlines()
    rows = [match for line in lines if (match := ROW.match(line))]
    return {(row["source"] or "").replace(" ⏎ ", "\n"): (row["stock"], row["here"]) for row in rows}


TABLE = table()
TOGETHER = [source for source, (stock, _) in TABLE.items() if stock != NO_GRADE]
ALONE = [source for source, (stock, _) in TABLE.items() if stock == NO_GRADE]


def all_cells(notebooks):
    """A notebook in which every row is a grade cell."""
    cells = [new_code_cell(SETUP)]
    for number, source in enumerate(TOGETHER):
        cells += [new_code_cell("6 * 7"), notebooks.grade_cell(f"row_{number}", source, 2)]
    return new_notebook(cells=cells)


def one_cell(notebooks):
    """A notebook whose score is the student's to choose: stock nbgrader stops at some."""
    stub = notebooks.solution("value_code", "def value():", "return 1")
    return new_notebook(cells=[stub, notebooks.grade_cell("row", "value()", 2)])


@pytest.fixture(scope="module")
def courses(tmp_path_factory, notebooks):
    """{"stock": course, "here": course}, the same notebooks and submissions, graded by `nbgrader autograde`."""
    made = {}
    for name in ("stock", "here"):
        course = made[name] = make_course(tmp_path_factory.mktemp(name))
        if name == "stock":
            (course.root / "nbgrader_config.py").write_text(STOCK)
        for assignment, notebook in (("all", all_cells(notebooks)), ("one", one_cell(notebooks))):
            notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
            (course.root / "source" / assignment).mkdir(parents=True)
            nbformat.write(notebook, course.root / "source" / assignment / f"{assignment}.ipynb")
            nbgrader(course, "generate_assignment", assignment)
        submit(course, "ama", "all", name="all")
        for number, source in enumerate(ALONE):
            submit(
                course, f"student_{number}", "one", answer(f"def value():\n    return {source}", "value_code"), "one"
            )
        nbgrader(course, "autograde", "all")
        nbgrader(course, "autograde", "one", check=False)
    return made


def scores(course):
    """Cell's source → the score in the gradebook, or "no grade"."""
    found = dict.fromkeys(TABLE, NO_GRADE)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        for assignment in ("all", "one"):
            for submission in gradebook.assignment_submissions(assignment):
                for grade in submission.notebooks[0].grades:
                    alone = assignment == "one"
                    number = int((submission.student.id if alone else grade.name).split("_")[1])
                    source = (ALONE if alone else TOGETHER)[number]
                    if grade.auto_score is not None:
                        found[source] = f"{grade.auto_score:g}"
    return found


def test_the_table_is_there():
    assert len(TABLE) >= 40
    assert len(ALONE) >= 2


@pytest.mark.parametrize("source", TABLE)
def test_stock_nbgrader_gives_what_the_table_says(courses, source):
    assert scores(courses["stock"])[source] == TABLE[source][0]


@pytest.mark.parametrize("source", TABLE)
def test_here_it_is_what_the_table_says(courses, source):
    assert scores(courses["here"])[source] == TABLE[source][1]


def test_attentif_grade_gives_the_same_and_lists_scores_that_make_no_sense(courses):
    course = courses["here"]
    before = scores(course)
    said = attentif(course, "grade", "all", "--rerun").stdout + attentif(course, "grade", "one", "--rerun").stdout
    assert scores(course) == before
    assert "a score that makes no sense" in said
    with gradebook_of(course) as gradebook:
        assert gradebook.find_submission("all", "ama").score > 0


def test_what_was_made_of_a_value_is_said(courses):
    path = courses["here"].root / "autograded" / "ama" / "all" / "all.ipynb"
    cells = {cell.source: str(cell.get("outputs")) for cell in nbformat.read(path, 4).cells}
    assert "n'est pas un nombre" in cells['"bravo"']
    assert "aucun point" in cells["False"]
    assert "plusieurs nombres" in cells["np.array([0.5, 0.5])"]
    assert "négative" in cells["-1"]
    assert "[Correcteur]" not in cells["np.float64(0.0)"] + cells["None"] + cells["1.5"]


def test_later_cells_do_not_find_the_source_of_a_grade_cell_in_the_history(tmp_path, notebooks):
    """And everything else of the history is as in any notebook."""
    course = make_course(tmp_path)
    (course.root / "source" / "history").mkdir(parents=True)
    look = (
        "print([i for i, text in enumerate(In) if 'secret' in text], [_i, _ii, _iii].count('secret'), _, sorted(Out))"
    )
    notebook = new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            notebooks.solution("value_code", "def value():", "return 1"),
            new_code_cell("6 * 7"),
            notebooks.grade_cell("row", "secret = 1\n1.5", 2),
            new_code_cell(look),
        ],
    )
    nbformat.write(notebook, course.root / "source" / "history" / "history.ipynb")
    nbgrader(course, "generate_assignment", "history")
    submit(course, "ama", "history", answer("def value(): return 1", "value_code"), "history")
    nbgrader(course, "autograde", "history")
    cells = nbformat.read(course.root / "autograded" / "ama" / "history" / "history.ipynb", 4).cells
    assert [cell.execution_count for cell in cells] == [1, 2, 3, 4]
    assert cells[-1].outputs[0].text == "[4] 0 1.5 [2, 3]\n"
