"""Whatever is wrong with the intake, nothing handed in is graded without it, and the class goes on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from courses import answer, attentif, gradebook_of, nbgrader, submit
from intake.troubles import CANARY, FULL, RIGHT, TROUBLES

from attentif.exercises.course import Course

FAILS = """
from attentif.intake import reader, take

take_in, chunks = take.Intake.take, reader.File.chunks

def no_space(self, hand_in, destination):
    if hand_in.student == "bob":
        raise take.IntakeFailed("no space left")
    return take_in(self, hand_in, destination)

def surprise(self):
    if self.path == "surprise.txt":
        raise RuntimeError("surprise")
    return chunks(self)

take.Intake.take, reader.File.chunks = no_space, surprise
"""

API = """
from nbgrader.apps import AutogradeApp
from nbgrader.apps.api import NbGraderAPI

app = AutogradeApp()
app.initialize([])
api = NbGraderAPI(coursedir=app.coursedir, parent=app)
print("times:", [api.get_submitted_timestamp("mini", name) for name in ("pipe", "link", "folder", "alice")])
print("graded:", [api.autograde("mini", name)["success"] for name in ("alice", "thief", "[a]")])
"""


@pytest.fixture
def course(mini_course, tmp_path):
    shutil.copytree(mini_course.root, tmp_path / "course", symlinks=True)
    return Course(tmp_path / "course")


def scores(course):
    with gradebook_of(course) as gradebook:
        return {each.student.id: each.score for each in gradebook.assignment_submissions("mini")}


def test_a_configuration_without_the_intake_grades_nothing(course):
    config = course.root / "nbgrader_config.py"
    assert "\ninstall()\n" in config.read_text()
    config.write_text(config.read_text().replace("\ninstall()\n", "\n"))
    submit(course, "alice", "mini", answer(RIGHT))
    done = nbgrader(course, "autograde", "mini", check=False)
    assert done.returncode != 0
    assert not list((course.root / "autograded").rglob("*.ipynb"))
    assert scores(course) == {}


def test_a_structure_of_folders_that_the_intake_cannot_serve_grades_nothing(course):
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('\nc.CourseDirectory.directory_structure = "{student_id}/{nbgrader_step}/{assignment_id}"\n')
    done = nbgrader(course, "autograde", "mini", check=False)
    assert done.returncode != 0
    assert scores(course) == {}


@pytest.mark.parametrize("command", ["nbgrader", "attentif"])
def test_what_goes_wrong_in_the_intake_is_that_hand_ins_verdict(course, command):
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(FAILS)
    for student in ("alice", "bob", "eve", "zoe"):
        submit(course, student, "mini", answer(RIGHT))
    (course.root / "submitted" / "eve" / "mini" / "surprise.txt").write_text("x")
    if command == "nbgrader":
        done = nbgrader(course, "autograde", "mini", check=False)
        assert done.returncode == 1
    else:
        done = attentif(course, "grade", "mini", "--workers", "1")
        assert "not graded" in done.stdout
        records = {path.stem for path in (course.root / ".attentif" / "graded" / "mini").iterdir()}
        assert records == {"alice", "zoe"}
    assert "no space left" in done.stdout
    assert "RuntimeError" in done.stdout
    assert scores(course) == {"alice": FULL, "eve": 0.0, "zoe": FULL}


def test_the_formgraders_interface_is_shown_private_copies_too(course):
    for name in ("alice", "[a]"):
        submit(course, name, "mini", answer(RIGHT))
    (course.root / "solutions" / "mini").mkdir(parents=True)
    (course.root / "solutions" / "mini" / "mini.ipynb").write_bytes(CANARY)
    thief = submit(course, "thief", "mini", answer(RIGHT)).parent
    TROUBLES["links_out"].plant(thief)
    for name, plant in (("pipe", "a_pipe_for_a_time"), ("link", "a_link_for_a_time"), ("folder", "no_times")):
        TROUBLES[plant].plant(submit(course, name, "mini", answer(RIGHT)).parent)
    Path(course.root, "submitted", "alice", "mini", "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    done = subprocess.run(
        [sys.executable, "-c", API], cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=250,
    )  # fmt: skip
    assert "times: [None, None, None, datetime.datetime(2026, 1, 2, 3, 4, 5)]" in done.stdout, done.stdout
    assert "graded: [True, True, True]" in done.stdout, done.stdout
    assert scores(course) == {"alice": FULL, "[a]": FULL, "thief": FULL}
    for path in (course.root / "autograded").rglob("*"):
        assert not path.is_file() or CANARY not in path.read_bytes()
