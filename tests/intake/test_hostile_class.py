"""A class of hostile and unlucky folders through both commands, as root and as an ordinary user: each gets the grade
that its honest content deserves, nobody gets a byte from outside their folder, and the class is graded. Each command's
class, and each user's, is explained and exported once."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from courses import PATH, ROOT, answer, gradebook_of, load_module, submit
from intake.editors import DEVIATIONS, EDITORS
from intake.troubles import CANARY, FULL, NO_STUDENTS, RIGHT, STUDENTS, TROUBLES

from attentif.exercises.course import Course

ORDINARY_USER = ROOT / "tests" / "kernels" / "ordinary_user.py"
SAVED = EDITORS | DEVIATIONS
COMMANDS = {"nbgrader": "-m nbgrader autograde mini", "attentif": "-m attentif.cli.main grade mini --workers 2"}
WHO = ["root", "user"] if os.geteuid() == 0 else ["user"]

APART_BY = "graded"
pytestmark = pytest.mark.timeout(900)


def lay_out_secrets(course):
    """The words that nobody may get back; the solution is a right answer for whoever gets hold of it."""
    solved = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"# {CANARY.decode()}\n{RIGHT}")])
    (course.root / "solutions" / "mini").mkdir(parents=True)
    nbformat.write(solved, course.root / "solutions" / "mini" / "mini.ipynb")
    hidden = course.root / "grader_tests" / "mini" / "center" / "test_hidden.py"
    hidden.write_text(f"# {CANARY.decode()}\n{hidden.read_text()}")
    with gradebook_of(course) as gradebook:
        gradebook.add_student("neighbour", email=f"{CANARY.decode()}@example.org")


def hand_in(course, saved):
    """Everybody's folder."""
    for name in ("before", "zzz_after"):
        submit(course, name, "mini", answer(RIGHT))
    for student in STUDENTS:
        submit(course, student, "mini", answer(RIGHT))
    for name in NO_STUDENTS:
        os.makedirs(os.fsencode(course.root / "submitted") + b"/" + name + b"/mini")
    for name, save in saved.items():
        path = submit(course, name, "mini", answer(RIGHT))
        path.write_text(json.dumps(save(nbformat.read(path, 4))))
    for name, each in TROUBLES.items():
        each.plant(submit(course, name, "mini", answer(each.answer)).parent)


@pytest.fixture(scope="module", params=[(who, command) for who in WHO for command in COMMANDS], ids="-".join)
def graded(request, mini_course):
    """The class graded by one command, twice; ``explained``: and explained and exported between."""
    who, command = request.param
    explained = (who == WHO[0]) == (command == "nbgrader")
    with tempfile.TemporaryDirectory(prefix="hostile-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        course = Course(Path(folder) / "course")
        shutil.copytree(mini_course.root, course.root, symlinks=True)
        lay_out_secrets(course)
        saved = SAVED if who == WHO[0] else {}  # who grades makes no difference to them
        hand_in(course, saved)
        if who == "user" and os.geteuid() == 0:
            user = str(load_module(ORDINARY_USER).UID)
            subprocess.run(["chown", "-Rh", f"{user}:{user}", course.root], check=True)
        try:
            grade = COMMANDS[command]
            after = ["-m nbgrader generate_feedback mini", "-m nbgrader export"] if explained else []
            done, *_, again = ran = [run(course, who, each) for each in (grade, *after, grade)]
            yield SimpleNamespace(
                course=course, who=who, command=command, done=done, explained=explained, again=again, ran=ran,
                scores=scores(course), saved=saved,
            )  # fmt: skip
        finally:
            subprocess.run(["chmod", "-R", "u+rwX", folder], stderr=subprocess.DEVNULL, check=False)
            subprocess.run(["rm", "-rf", str(course.root)], check=True)


def run(course, who, command):
    become = [sys.executable, str(ORDINARY_USER)] if who == "user" and os.geteuid() == 0 else []
    script = f"cd '{course.root}' && export PATH='{PATH}' COLUMNS=200 && exec {sys.executable} {command}"
    return subprocess.run(
        [*become, "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        timeout=600,
    )  # fmt: skip


def scores(course):
    with gradebook_of(course) as gradebook:
        return {submission.student.id: submission.score for submission in gradebook.assignment_submissions("mini")}


def test_the_commands_end_well(graded):
    for done in graded.ran:
        assert done.returncode == 0, done.stdout[-5000:]
        assert "Traceback" not in done.stdout


def test_folders_get_what_their_honest_content_deserves(graded):
    expected = {name: each.points if graded.who == "root" else each.user_points for name, each in TROUBLES.items()}
    assert {name: graded.scores.get(name) for name in TROUBLES} == expected


def test_whoever_stands_beside_them_is_graded(graded):
    names = ["before", "zzz_after", *STUDENTS]
    assert {name: graded.scores.get(name) for name in names} == dict.fromkeys(names, FULL)


def test_notebooks_of_other_programs_and_small_departures_from_the_format_get_their_grade(graded):
    assert {name: graded.scores.get(name) for name in graded.saved} == dict.fromkeys(graded.saved, FULL)


def test_folders_that_are_no_students_are_said(graded):
    for name in ("no\\nstudent", "caf\\xe9", "\\x1b[31m"):
        assert name in graded.done.stdout
    assert "\x1b[31m/" not in graded.done.stdout


def test_no_byte_from_outside_comes_back(graded):
    seen = 0
    for place in ("autograded", "feedback", ".attentif", "submitted/before"):
        for path in (graded.course.root / place).rglob("*"):
            assert not path.is_symlink()
            if path.is_file():
                assert CANARY not in path.read_bytes(), path
                seen += 1
    assert seen > len(TROUBLES)


def test_nothing_is_left_of_the_private_copies(graded):
    home = graded.course.root / ".attentif"
    assert not list((home / "intake").glob("*"))
    assert not list((home / "grading").glob("run-*"))


def test_what_was_handed_in_is_untouched(graded):
    folder = graded.course.root / "submitted" / "links_out"
    assert (folder / "mini" / "figure.png").is_symlink()
    assert (graded.course.root / "submitted" / "no_times" / "mini" / "timestamp.txt").is_dir()


def test_the_second_run_finds_nothing_to_do(graded):
    if graded.command == "attentif":
        assert "\n0 graded" in graded.again.stdout, graded.again.stdout[:3000]
    else:
        assert "Autograding" not in graded.again.stdout


def test_the_exported_grades_are_those_of_the_gradebook(graded):
    if not graded.explained:
        pytest.skip("exported after the other command")
    with (graded.course.root / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == "mini"]
    assert {
        row["student_id"]: float(row["score"]) for row in rows if row["student_id"] in graded.scores
    } == graded.scores


def test_students_read_why(graded):
    pages = {
        "folders_twelve_hundred_deep": "imbriqués",
        "many_entries": "plus de 4000 fichiers",
        "the_folder_is_a_link": "est un lien",
        "the_notebook_is_a_link_to_the_solution": "un lien",
        "the_notebook_is_a_pipe": "tube nommé",
        "pipes_sockets_and_devices": "Laissé de côté",
    }
    for name, words in pages.items():
        places = {"autograded": "mini.ipynb", **({"feedback": "mini.html"} if graded.explained else {})}
        for place, file in places.items():
            assert words in (graded.course.root / place / name / "mini" / file).read_text(encoding="utf-8"), name


def test_the_instructor_reads_why(graded):
    for words in ("more than 20 folders inside each other", "is a link", "figure.png (link)", "(named pipe)"):
        assert words in graded.done.stdout.replace("\n", " "), words
