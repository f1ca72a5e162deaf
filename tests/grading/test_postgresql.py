"""A gradebook on a PostgreSQL server instead of a SQLite file: the same grades, by both commands."""

import shutil
import tempfile

import pytest
from courses import answer, nbgrader, submit
from nbgrader.api import Gradebook

from attentif.exercises.course import Course
from attentif.scheduler.class_grading import ClassGrading
from attentif.scheduler.pool import local_workers

pgserver = pytest.importorskip("pgserver", reason="no PostgreSQL for this system among the development packages")
pytestmark = pytest.mark.filterwarnings("ignore::platformdirs.unix.RuntimeDirWarning")

CLASS = {
    "awa": "def center(X):\n    return X - X.mean(0)",
    "kossi": "def center(X):\n    return X * 0",
    "sena": "import os; os._exit(1)",
}


class Quiet:
    """Hears of a run and says nothing."""

    def total(self, submissions):
        pass

    def standing(self, standing):
        pass

    def message(self, text):
        pass


@pytest.fixture(scope="module")
def server_url():
    folder = tempfile.mkdtemp(prefix="pg-")  # a socket's path must be short
    server = pgserver.get_server(folder)
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg2://")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def courses(mini_course, server_url, tmp_path_factory):
    """The same class twice, graded by `attentif grade`: the gradebook a file, the gradebook on a server."""
    for student, code in CLASS.items():
        submit(mini_course, student, "mini", answer(code))
    served = Course(tmp_path_factory.mktemp("served") / "course")
    shutil.copytree(mini_course.root, served.root, symlinks=True)
    (served.root / "gradebook.db").unlink()
    with (served.root / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.CourseDirectory.db_url = {server_url!r}\n")
    nbgrader(served, "generate_assignment", "mini", "--force")
    for course in (mini_course, served):
        grade(course)
    return mini_course, served


def grade(course):
    return ClassGrading(course, "mini", Quiet(), workers=local_workers(1)).run()


def scores(url):
    with Gradebook(url, "attentif") as gradebook:
        return {
            (each.student.id, grade.name): (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            for each in gradebook.assignment_submissions("mini")
            for notebook in each.notebooks
            for grade in notebook.grades
        }


def test_the_same_grades_as_in_a_file(courses, server_url):
    in_file, _ = courses
    found = scores(server_url)
    assert found == scores(f"sqlite:///{in_file.root / 'gradebook.db'}")
    assert found["awa", "center"][0] > 0
    assert found["kossi", "center"][0] < found["awa", "center"][0]


def test_nothing_is_graded_twice(courses):
    assert all(standing.unchanged for standing in grade(courses[1]))


def test_nbgrader_grades_and_exports_from_it(courses, server_url):
    _, served = courses
    before = scores(server_url)
    nbgrader(served, "autograde", "mini", "--force", "--student", "kossi")
    assert scores(server_url) == before
    nbgrader(served, "export")
    assert "kossi" in (served.root / "grades.csv").read_text()
