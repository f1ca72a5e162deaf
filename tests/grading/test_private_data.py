"""``git add .`` in a course that was graded commits nothing about students: what the commands leave is ignored."""

import shutil
import subprocess

import pytest
from courses import ROOT, answer, attentif, nbgrader, submit

NAME = "CANARY_OF_A_STUDENT"


def git(course, *arguments):
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def added(course):
    """What ``git add .`` would commit now."""
    git(course, "add", ".")
    return git(course, "diff", "--cached", "--name-only").splitlines()


@pytest.fixture(scope="module")
def committed(mini_course):
    """A released course, committed; then a class that has handed in."""
    shutil.copy(ROOT / ".gitignore", mini_course.root)
    git(mini_course, "init", "-q")
    assert "nbgrader_config.py" in added(mini_course)
    assert not [name for name in added(mini_course) if name.startswith((".attentif", "gradebook"))]
    git(mini_course, "commit", "-q", "-m", "released")
    submit(mini_course, NAME, "mini", answer(f"# {NAME}\ndef center(X):\n    return X"))
    return mini_course


def grade(course):
    attentif(course, "grade", "mini")


def grade_again(course):
    nbgrader(course, "autograde", "mini", "--force")


def collect(course):
    archive = course.root / "downloaded" / "mini" / "archive"
    archive.mkdir(parents=True)
    shutil.make_archive(str(archive / f"{NAME}_mini"), "zip", course.root / "submitted" / NAME)
    nbgrader(course, "zip_collect", "mini", check=False)


STEPS = {
    "handed in": lambda course: None,
    "attentif grade": grade,
    "nbgrader autograde": grade_again,
    "nbgrader generate_feedback": lambda course: nbgrader(course, "generate_feedback", "mini"),
    "nbgrader export": lambda course: nbgrader(course, "export"),
    "nbgrader export under another name": lambda course: nbgrader(course, "export", f"--CsvExportPlugin.to={NAME}.csv"),
    "nbgrader zip_collect": collect,
    "nbgrader db upgrade": lambda course: nbgrader(course, "db", "upgrade"),
    "nbgrader with a log file": lambda course: nbgrader(course, "export", "--NbGrader.logfile=grading.log"),
}


def test_no_step_leaves_anything_to_commit(committed):
    for name, step in STEPS.items():
        step(committed)
        assert added(committed) == [], name
    left = {path.name for path in committed.root.iterdir()}
    assert {"grades.csv", "downloaded", "feedback", "autograded", "gradebook.db", f"{NAME}.csv"} <= left
    # What is ignored does name the student: `added` would have shown it.
    assert NAME in (committed.root / "grades.csv").read_text()
