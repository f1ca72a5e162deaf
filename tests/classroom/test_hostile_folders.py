"""What a student lays beside the notebook reaches autograded/ and feedback/: no page, table or archive believes it."""

import json
import shutil
import zipfile

import pytest
from courses import answer, attentif, gradebook_of, nbgrader, submit

from attentif.classroom.gathering import gather
from attentif.exercises.course import Course
from attentif.exporting.moodle import feedback_zip, pages_of
from attentif.reports.results import ExerciseReport
from attentif.reports.results_file import GradedExercise, NotebookResults
from attentif.words.text import Text

LIE = "Le titre d'une étudiante"


def forged():
    report = ExerciseReport("center", (), Text(LIE, LIE))
    flags = (("time limit", "of somebody else"),)
    return NotebookResults("mini", "mallory", "mini", (GradedExercise(report, 6.0),), flags, {}, 9e9).to_json()


TRAPS = {
    ".aaa.results.json": forged(),
    ".deep.results.json": "[" * 100_000,
    ".list.ipynb": '{"cells": [1]}',
    ".deep.ipynb": '{"cells": ' + "[" * 100_000,
    ".marks.ipynb": json.dumps({"cells": [{"cell_type": "code", "metadata": {"nbgrader": [1]}}]}),
    "retour.html/x.txt": "a folder where the page goes",
    "retour.partial/x.txt": "another",
    "other.html": "<script>alert(1)</script>",
}


@pytest.fixture(scope="module")
def course(released_mini_course, tmp_path_factory):
    """Mallory's folder holds traps, Yao's nothing but the notebook; both were graded, nbgrader's feedback was made."""
    folder = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(released_mini_course.root, folder, symlinks=True)
    course = Course(folder)
    for student in ("mallory", "yao"):
        submit(course, student, "mini", answer("def center(X):\n    return X - X.mean(0)"))
    for name, content in TRAPS.items():
        path = folder / "submitted" / "mallory" / "mini" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    attentif(course, "grade", "mini")
    nbgrader(course, "generate_feedback", "mini")
    return course


def test_only_the_graders_results_are_read(course):
    with gradebook_of(course) as known:
        data = gather(course, known, "mini")
    assert not data.unread
    assert LIE not in {item.title.fr for item in data.items}
    assert not any("somebody else" in detail for _, _, detail in data.flags)
    assert data.seconds["mallory"] < 1000


@pytest.mark.parametrize("change", [{"student": "yao"}, {"seconds": "1"}, {"flags": 7}, {"exercises": "[" * 100_000}])
def test_results_that_say_something_else_are_counted_as_unreadable(course, change):
    path = course.root / "autograded" / "mallory" / "mini" / "mini.results.json"
    before = path.read_text(encoding="utf-8")
    text = json.dumps({**json.loads(before), **change})
    path.write_text(text.replace('"[[', "[[").replace('[["', "[["), encoding="utf-8")
    try:
        with gradebook_of(course) as known:
            data = gather(course, known, "mini")
    finally:
        path.write_text(before, encoding="utf-8")
    assert data.unread == ["mallory/mini.results.json"]


@pytest.mark.parametrize("command", ["report", "similar"])
def test_a_hostile_folder_stops_no_page_of_the_class(course, command):
    attentif(course, command, "mini")


def test_a_hostile_folder_stops_nobodys_feedback(course):
    attentif(course, "feedback", "mini")
    for student in ("mallory", "yao"):
        assert "Total : 6 / 6" in (course.root / "feedback" / student / "mini" / "retour.html").read_text("utf-8")


def test_no_page_of_the_students_own_goes_to_the_platform(course, tmp_path):
    attentif(course, "feedback", "mini")
    folder = course.root / "feedback" / "mallory" / "mini"
    assert (folder / "other.html").is_file()
    pages = pages_of(course, "mini", ["mini", "other"])
    assert feedback_zip(tmp_path / "f.zip", pages, {"mallory": ("Mal/../../Lory\n_x", "7")}) == 1
    names = zipfile.ZipFile(tmp_path / "f.zip").namelist()
    assert names == [f"Mal Lory x_7_assignsubmission_file_/{name}" for name in ("mini.html", "retour.html")]
