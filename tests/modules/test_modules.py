"""What all modules share: one notebook, its questions proven, its cells those of the questions, its length."""

import json
import re

import nbformat
import pytest
from courses import ROOT

from attentif.authoring.question_cells import update_cells
from attentif.authoring.questions import build_questions, modules, problems, solved
from attentif.exercises.course import Course
from attentif.exercises.question_files import AUTHORED, read_questions
from attentif.exercises.questions import close, computed, filled

COURSE = Course(ROOT)
MODULES = modules(COURSE)
SLIDES = {"slide", "subslide", "fragment", "notes", "skip", "-"}


def questions(module):
    return read_questions(COURSE.hidden_checks(module) / AUTHORED)


def notebook(module):
    (path,) = COURSE.source(module).glob("*.ipynb")
    return nbformat.read(path, 4)


def test_there_are_eight():
    assert [f"module{number}" for number in range(1, 9)] == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_questions_can_be_told_for_every_student(module):
    known = questions(module)
    assert 4 <= len(known) <= 9
    assert [line for question in known.values() for line in problems(question)] == []
    assert build_questions(COURSE, module, write=False) == [], "run `attentif questions`"
    for question in known.values():
        assert all(choice.reason for choice in question.choices)
        assert len(question.choices) >= 3 or question.wrong, question.name


@pytest.mark.parametrize("module", MODULES)
def test_the_notebook_asks_what_the_file_says(module):
    (path,) = COURSE.source(module).glob("*.ipynb")
    assert not update_cells(path, questions(module), write=False), "run `attentif questions`"
    marks = [c.metadata["nbgrader"] for c in notebook(module).cells if c.metadata.get("nbgrader", {}).get("grade")]
    assert {mark["grade_id"]: mark["points"] for mark in marks} == dict.fromkeys(questions(module), 1)


@pytest.mark.parametrize("module", MODULES)
def test_a_solved_number_is_right(module):
    for question in questions(module).values():
        if question.right is not None:
            said = computed(solved(question).partition("#")[0].partition("=")[2], {})
            assert close(said, computed(question.right.expression, question.values())), question.name
            assert filled(question.right.reason, question.values())


@pytest.mark.parametrize("module", MODULES)
def test_length_and_slides(module):
    cells = notebook(module).cells
    prose = [c.source for c in cells if c.cell_type == "markdown" and "question" not in c.metadata.get("tags", [])]
    words = len(
        re.findall(r"\w+", re.sub(r"\$\$.+?\$\$|\$.+?\$|`.+?`|\(http.+?\)", " ", "\n".join(prose), flags=re.DOTALL))
    )
    assert words <= 2200, words
    types = [c.metadata.get("slideshow", {}).get("slide_type", "-") for c in cells]
    assert set(types) <= SLIDES
    assert 15 <= types.count("slide") + types.count("subslide") <= 45
    figures = [c.source for c in cells if c.cell_type == "code" and re.search(r"^\s*show\(", c.source, re.MULTILINE)]
    assert 3 <= len(figures) <= 8
    legends = re.findall(r"\*\*Figure (\d+)\.\*\*", "\n".join(prose))
    assert [int(number) for number in legends] == list(range(1, len(legends) + 1))
    assert json.dumps(types)
