"""A class that reads English: everything that grading writes for students is in English, and the data keep both."""

import os

import nbformat
import pytest
from courses import answer, make_mini_course, nbgrader, submit

from attentif.grading.preprocessor import Grade
from attentif.reports.results_file import SUFFIX, NotebookResults
from attentif.scheduler.records import course_key

ROWS = "def center(X):\n    return X - X.mean(1, keepdims=True)"
CLASS = {"wrong": answer(ROWS), "dies": answer("import os\nos._exit(1)"), "cut": None, "links": answer(ROWS)}


@pytest.fixture(scope="module")
def course(tmp_path_factory, notebooks):
    course = make_mini_course(tmp_path_factory.mktemp("english"), notebooks.mini_notebook())
    for student, edit in CLASS.items():
        submit(course, student, "mini", edit)
    submitted = course.root / "submitted"
    (submitted / "cut" / "mini" / "mini.ipynb").write_text('{"cells": [')
    (submitted / "links" / "mini" / "away").symlink_to("/")
    nbgrader(course, "autograde", "mini", "--Grade.language=en")
    return course


def shown(course, student):
    """The graded notebook's Markdown of the grader's and the text of its outputs."""
    notebook = nbformat.read(course.root / "autograded" / student / "mini" / "mini.ipynb", 4)
    said = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            said += [output.get("evalue", ""), output.get("ename", ""), *output.get("data", {}).values()]
    return "\n".join(said)


@pytest.mark.parametrize(
    ("student", "english", "french"),
    [
        ("wrong", ("checks out of", "Hint 1/3", "hidden check"), ("Vous soustrayez", "Indice", "vérification")),
        ("dies", ("KernelStopped", "stopped the Python kernel", "Cell not run"), ("Noyau", "noyau", "Non exécuté")),
        ("cut", ("This notebook could not be read", "its JSON is invalid"), ("n'a pas pu", "invalide ou coupé")),
        ("links", ("Left out when your folder was received",), ("Laissé de côté", "un lien")),
    ],
)
def test_what_students_read_is_in_english(course, student, english, french):
    said = shown(course, student)
    for words in english:
        assert words in said
    for words in french:
        assert words not in said


def test_the_data_keep_both_languages(course):
    path = course.root / "autograded" / "wrong" / "mini" / f"mini{SUFFIX}"
    (exercise,) = NotebookResults.from_json(path.read_text()).exercises
    finding = next(e.finding for result in exercise.report.results for e in result.explanations)
    assert "Vous" in finding.fr
    assert "You" in finding.en


def test_the_environment_chooses_where_the_configuration_does_not(monkeypatch):
    monkeypatch.delenv("ATTENTIF_LANG", raising=False)
    assert Grade().language == "fr"
    monkeypatch.setitem(os.environ, "ATTENTIF_LANG", "en")
    assert Grade().language == "en"


def test_another_language_is_a_reason_to_grade_again(course, monkeypatch):
    monkeypatch.delenv("ATTENTIF_LANG", raising=False)
    key = course_key(course, "mini", {}, [])
    assert course_key(course, "mini", {}, []) == key
    monkeypatch.setenv("ATTENTIF_LANG", "en")
    assert course_key(course, "mini", {}, []) != key
