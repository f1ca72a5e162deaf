"""What is a check cell, and which file is hidden: the one answer that grading, releases and laptops share."""

from pathlib import Path

import pytest

from attentif.exercises.conventions import CheckCell, check_cell, exercises_checked, is_hidden

RELEASED = 'check("center")\n'
IN_SOURCE = 'check("center")\n### BEGIN HIDDEN TESTS\ncheck("center", hidden=True)\n### END HIDDEN TESTS'


@pytest.mark.parametrize(
    ("source", "hidden"), [(RELEASED, False), (IN_SOURCE, True), ("\n  check( 'center' )  \n# fin\n", False)]
)
def test_a_cell_of_check_lines_is_a_check_cell(source, hidden):
    assert check_cell(source) == CheckCell("center", hidden)
    assert set(exercises_checked(source)) == {"center"}


@pytest.mark.parametrize(
    "source",
    [
        "",
        "# check('center')",
        'check("center")\nassert center(1) == 0',
        'check("center")\ncheck("other")',
        'check("center"); center = 1',
        'check("center", namespace={})',
        'recheck("center")',
        'check("hé")',
    ],
)
def test_a_cell_that_holds_anything_else_is_none(source):
    assert check_cell(source) is None


def test_a_cell_that_checks_and_does_more_still_names_its_exercises():
    assert exercises_checked('x = 1\n  check("center", namespace=globals())\ncheck("other")') == ["center", "other"]


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ("grader_tests/atelier1/center/test_hidden.py", True),
        ("source/atelier1/checks/test_center.py", False),
        ("source/atelier1/checks/test_half_hidden.py", False),  # the public file of an exercise called half_hidden
    ],
)
def test_the_hidden_file_is_known_by_its_whole_name(path, hidden):
    assert is_hidden(Path(path)) == hidden
