"""Grading a class with workers: the same results as ``nbgrader autograde``, and nothing lost whatever happens."""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import nbformat
import psutil
import pytest
from courses import ROOT, answer, attentif, gradebook_of, load_module, nbgrader, submit
from nbgrader.api import Gradebook

from attentif.exercises.course import Course
from attentif.grading import flags
from attentif.kernels.outside import templates
from attentif.kernels.outside.host import Template, TemplateFailed
from attentif.scheduler import class_grading, gradebook_rows, worker
from attentif.scheduler.class_grading import ClassGrading
from attentif.scheduler.gradebook_rows import AssignmentChanged
from attentif.scheduler.pool import PoolWorkers
from attentif.scheduler.preflight import CannotGrade

ORDINARY_USER = ROOT / "tests" / "kernels" / "ordinary_user.py"
RIGHT = "def center(X):\n    return X - X.mean(0)"
ADDS = "def add(a, b):\n    return a + b"
KILLS = int(os.environ.get("ATTENTIF_KILLS", "8"))  # rounds of kill -9; 50 were run before a release


def essay(text):
    def edit(notebook):
        answer(ADDS, "add_code")(notebook)
        notebook.cells[-1].source = text

    return edit


# student: (edit of the notebook with checks, edit of the one with asserts); "missing" leaves the second one out
CLASS = {
    "alice": (answer(RIGHT), essay("Une réponse.")),
    "bob": (answer("def center(X):\n    return X * 0"), answer("def add(a, b):\n    return abs(a) + b", "add_code")),
    "chloe": (answer("import os; os._exit(1)"), answer(ADDS, "add_code")),
    "dan": (None, None),
    "elsa": (answer(RIGHT), "missing"),
    "fatou": (answer(RIGHT), essay("En retard.")),
}


def hand_in(course):
    for student, (first, second) in CLASS.items():
        submit(course, student, "mini", first)
        if second != "missing":
            submit(course, student, "mini", second, name="vanilla")
    folder = course.root / "submitted" / "alice" / "mini"
    (folder / "data").mkdir()
    (folder / "data" / "notes.txt").write_text("des notes")
    submit(course, "cut", "mini").write_text('{"cells": [')
    (course.root / "submitted" / "fatou" / "mini" / "timestamp.txt").write_text("2030-01-02 03:04:05 UTC")
    (course.root / "submitted" / "dan" / "mini" / "timestamp.txt").write_text("2020-01-02 03:04:05 UTC")


@pytest.fixture(scope="module")
def released(mini_course, notebooks):
    """Two notebooks in one assignment, a due date, a class that has handed in, nothing graded."""
    vanilla = notebooks.vanilla_notebook()
    for cell in vanilla.cells:
        cell.source = cell.source.replace("%time None\n", "")  # prints something else each time
    nbformat.write(vanilla, mini_course.root / "source" / "mini" / "vanilla.ipynb")
    with (mini_course.root / "nbgrader_config.py").open("a") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    nbgrader(mini_course, "generate_assignment", "mini", "--force")
    with gradebook_of(mini_course) as gradebook:
        gradebook.update_or_create_assignment("mini", duedate="2025-01-01 00:00:00 UTC")
    hand_in(mini_course)
    return mini_course


@pytest.fixture
def course(released, tmp_path):
    """A copy of the released course, its templates' preload list known."""
    return copied(released, tmp_path / "course")


def copied(course, folder):
    shutil.copytree(course.root, folder, symlinks=True)
    return Course(folder)


def rows_of(course):
    """Everything that grading writes, by name."""
    found = {}
    with gradebook_of(course) as gradebook:
        for submission in gradebook.assignment_submissions("mini"):
            who = submission.student.id
            found[who] = (submission.timestamp, submission.score, submission.needs_manual_grade)
            for notebook in submission.notebooks:
                found[who, notebook.name] = (notebook.late_submission_penalty, notebook.flagged, notebook.score)
                for grade in notebook.grades:
                    assert ("grade", who, notebook.name, grade.cell.name) not in found
                    found["grade", who, notebook.name, grade.cell.name] = (
                        grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade
                    )  # fmt: skip
                for comment in notebook.comments:
                    found["comment", who, notebook.name, comment.name] = (comment.auto_comment, comment.manual_comment)
    return found


def files_of(course):
    """autograded/: path → (mode, content); cells that were added back have new ids in each run, and times differ."""
    base = course.root / "autograded"
    found = {}
    for path in base.rglob("*"):
        if path.suffix == ".ipynb":
            content = json.loads(path.read_text())
            for cell in content["cells"]:
                cell.pop("id", None)
        elif path.name.endswith(".results.json"):
            content = re.sub(r'"seconds": [0-9.e-]+', "", path.read_text())
        elif path.is_file():
            content = path.read_bytes()
        else:
            continue
        found[str(path.relative_to(base))] = (path.stat().st_mode, content)
    return found


def human_grades(course):
    """A person grades an answer, overrides a score, gives a bonus, writes a comment."""
    with gradebook_of(course) as gradebook:
        written = gradebook.find_grade("essay", "vanilla", "mini", "alice")
        written.manual_score, written.needs_manual_grade = 3.0, False
        overridden = gradebook.find_grade("center", "mini", "mini", "bob")
        overridden.manual_score, overridden.extra_credit, overridden.needs_manual_grade = 2.5, 0.5, False
        gradebook.find_comment("center_code", "mini", "mini", "bob").manual_comment = "Presque !"
        gradebook.db.commit()


def test_the_same_as_nbgrader_autograde(released, tmp_path):
    theirs, ours = copied(released, tmp_path / "theirs"), copied(released, tmp_path / "ours")
    nbgrader(theirs, "autograde", "mini")
    shown = attentif(ours, "grade", "mini", "--workers", "2").stdout
    assert rows_of(ours) == rows_of(theirs)
    assert files_of(ours) == files_of(theirs)
    assert rows_of(ours)["fatou", "mini"][0] == 6.0  # late: the penalty takes all
    assert "manual grading needed" in shown
    assert "kernel died" in shown
    assert "unreadable file" in shown

    # Once more, after people have graded and a student has handed in again; with one worker.
    for course in (theirs, ours):
        human_grades(course)
        submit(course, "dan", "mini", answer(RIGHT))
    nbgrader(theirs, "autograde", "mini", "--force")
    attentif(ours, "grade", "mini", "--workers", "1", "--rerun")
    assert rows_of(ours) == rows_of(theirs)
    assert files_of(ours) == files_of(theirs)
    assert rows_of(ours)["grade", "bob", "mini", "center"] == (0.0, 2.5, 0.5, True)
    assert rows_of(ours)["comment", "bob", "mini", "center_code"][1] == "Presque !"


def test_a_workers_gradebook_has_the_cells_in_the_order_of_the_notebook(released, tmp_path):
    """Deleted check cells are put back by that order: at another place, names are not yet defined."""
    with gradebook_of(released) as gradebook, gradebook.engine.connect() as connection:
        mini = gradebook_rows.assignment_rows(connection, "mini")
    gradebook_rows.make_blank(tmp_path / "blank.db", mini)
    with Gradebook(f"sqlite:///{tmp_path / 'blank.db'}", "attentif") as gradebook:
        for name in ("mini", "vanilla"):
            source = nbformat.read(released.root / "source" / "mini" / f"{name}.ipynb", 4)
            marks = [cell.metadata.get("nbgrader", {}) for cell in source.cells]
            expected = [mark["grade_id"] for mark in marks if mark.get("grade_id")]
            assert len(expected) > 1
            assert [cell.name for cell in gradebook.find_notebook(name, "mini").source_cells] == expected


@pytest.fixture(scope="module")
def usual(released, tmp_path_factory):
    """The class graded the usual way: the rows and files that every other way must give."""
    course = copied(released, tmp_path_factory.mktemp("usual") / "course")
    attentif(course, "grade", "mini")
    return rows_of(course), files_of(course)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_the_same_as_an_ordinary_user(course, usual):
    """Root's sandbox and an ordinary user's are set up in different ways."""
    with tempfile.TemporaryDirectory(prefix="ordinary-") as folder:
        Path(folder).chmod(0o755)
        theirs, user = copied(course, Path(folder) / "course"), load_module(ORDINARY_USER).UID
        for path in (theirs.root, *theirs.root.rglob("*")):
            os.chown(path, user, user, follow_symlinks=False)
        command = f"cd {theirs.root} && exec {sys.executable} -m attentif.cli.main grade mini"
        become = [sys.executable, str(ORDINARY_USER), "sh", "-c", command]
        done = subprocess.run(become, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=280)
        assert done.returncode == 0, done.stdout
        assert {path.stat().st_uid for path in (theirs.root / "autograded").rglob("*.ipynb")} == {user}
        assert rows_of(theirs) == usual[0]
        assert files_of(theirs) == usual[1]


# Below, workers are replaced by this process: an executor that runs each call at once.


class Here(Executor):
    """Runs each call at once; ``before`` may break it."""

    def __init__(self, before=lambda name, argument: None):
        self.before = before
        self.broken = False

    def submit(self, function, *arguments):
        if self.broken:
            raise BrokenProcessPool("broken before")
        future = Future()
        try:
            self.before(function.__name__, arguments[0])
            future.set_result(function(*arguments))
        except BrokenProcessPool as error:
            self.broken = True
            future.set_exception(error)
        return future


class Silent:
    def __init__(self):
        self.messages, self.count = [], None

    def total(self, submissions):
        self.count = submissions

    def standing(self, standing):
        pass

    def message(self, text):
        self.messages.append(text)


@pytest.fixture
def grade(course, monkeypatch):
    """grade(**options) → standings by student, graded in this process."""
    monkeypatch.chdir(course.root)

    def grade(atelier="mini", before=lambda name, argument: None, workers=2, **options):
        worker._application.cache_clear()
        for name in [name for name in sys.modules if "test_center" in name]:
            del sys.modules[name]  # as in a new process
        here = PoolWorkers(workers, lambda count: Here(before))
        grading = ClassGrading(course, atelier, Silent(), workers=here, **options)
        found = {standing.student: standing for standing in grading.run()}
        assert len(found) == len(grading.standings)
        return found

    yield grade
    worker._application.cache_clear()


def test_the_same_with_cold_kernels(course, grade, usual, monkeypatch):
    """A template that cannot be had costs time, not grades."""
    start = Template.start

    def start_cold(environment, *, warm=True):
        if warm:
            raise TemplateFailed("the imported modules started 1 threads: not safe to fork")
        return start(environment, warm=False)

    templates.close_templates()
    monkeypatch.setattr(Template, "start", start_cold)
    grade()
    templates.close_templates()
    assert rows_of(course) == usual[0]
    assert files_of(course) == usual[1]


def kinds(standing):
    return [flag.kind for flag in standing.flags]


def test_verdicts_say_who_needs_a_look(course, grade):
    (course.root / "submitted" / "nobody" / "mini").mkdir(parents=True)
    found = grade()
    assert found["alice"].points == 13.0
    assert kinds(found["alice"]) == [flags.MANUAL]
    assert flags.KERNEL_DIED in kinds(found["chloe"])
    assert flags.UNREADABLE in kinds(found["cut"])
    assert flags.MISSING in kinds(found["elsa"])
    assert (found["nobody"].points, kinds(found["nobody"])) == (None, [flags.MISSING])


def touch_check(course):
    path = course.public_checks("mini") / "test_center.py"
    path.write_text(path.read_text() + "\n")


def touch_oracle(course):
    path = course.oracle("mini", "center")
    path.write_text(path.read_text() + "\n")


def change_option(course):
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.Grade.checks_timeout = 11\n")


def lose_folder(course):
    shutil.rmtree(course.root / "autograded" / "bob" / "mini")


def lose_grade(course):
    with gradebook_of(course) as gradebook:
        gradebook.remove_submission("mini", "bob")


def change_score(course):
    with gradebook_of(course) as gradebook:
        gradebook.find_grade("center", "mini", "mini", "bob").auto_score = 6.0
        gradebook.db.commit()


def hand_in_again(course):
    submit(course, "bob", "mini", answer("def center(X):\n    return X * 0 + 0"))


def damage_record(course):
    (course.root / ".attentif" / "graded" / "mini" / "bob.json").write_text("{")


CHANGES = {
    "a check": (touch_check, None),
    "an oracle": (touch_oracle, None),
    "the configuration": (change_option, None),
    "one submission": (hand_in_again, {"bob"}),
    "its graded folder is gone": (lose_folder, {"bob"}),
    "its grade is gone": (lose_grade, {"bob"}),
    "its grade was changed": (change_score, {"bob"}),
    "its record is damaged": (damage_record, {"bob"}),
}


def test_what_is_unchanged_is_not_graded_again(course, grade):
    """All in one test: grading the class for each would take long."""
    keep_only(course, "bob", "dan")
    first = grade()
    expected = rows_of(course)
    again = grade()
    assert all(each.unchanged for each in again.values())
    assert {s: (v.points, v.flags) for s, v in again.items()} == {s: (v.points, v.flags) for s, v in first.items()}
    for why, (change, who) in CHANGES.items():
        change(course)
        graded = {student for student, standing in grade().items() if not standing.unchanged}
        assert graded == (who or {"bob", "dan"}), why
        assert rows_of(course) == expected, why
    human_grades_bob(course)
    assert all(each.unchanged for each in grade().values())  # what people write is none of our business
    assert not any(each.unchanged for each in grade(rerun=True).values())
    assert not any(each.unchanged for each in grade(keep_records=False).values())


def human_grades_bob(course):
    with gradebook_of(course) as gradebook:
        gradebook.find_grade("center", "mini", "mini", "bob").manual_score = 1.0
        gradebook.db.commit()


def keep_only(course, *students):
    for folder in (course.root / "submitted").iterdir():
        if folder.name not in students:
            shutil.rmtree(folder)


def test_a_submission_that_kills_its_worker_is_found(course, grade):
    keep_only(course, "alice", "bob", "dan")

    def before(name, argument):
        if name == "grade_submission" and argument.student == "bob":
            raise BrokenProcessPool("it died")

    found = grade(before=before, workers=2)
    assert kinds(found["bob"]) == [flags.UNGRADED]
    assert found["bob"].points is None
    assert found["alice"].points == 13.0
    assert "dan" in rows_of(course)
    assert "bob" not in rows_of(course)


def test_broken_checks_are_said_and_old_grades_stay(course, grade):
    keep_only(course, "alice")
    grade()
    before = rows_of(course)
    (course.public_checks("mini") / "test_center.py").write_text("import nothing_like_this\n")
    found = grade()
    assert kinds(found["alice"]) == [flags.UNGRADED]
    assert "nothing_like_this" in found["alice"].flags[0].detail
    assert "its earlier grade stays" in found["alice"].flags[0].detail
    assert rows_of(course) == before
    assert "nothing_like_this" in (course.root / ".attentif" / "grade.log").read_text()


def test_a_grade_that_someone_gives_meanwhile_is_respected(course, grade):
    keep_only(course, "bob")
    grade()
    calls = []

    def before(name, argument):
        if name == "grade_submission":
            calls.append(name)
            if len(calls) == 1:  # after the job was made, before its result is written
                human_grades_bob(course)

    grade(before=before, rerun=True)
    assert len(calls) == 2
    assert rows_of(course)["grade", "bob", "mini", "center"] == (0.0, 1.0, None, True)


def test_a_release_in_the_middle_stops_the_run(course, grade):
    keep_only(course, "bob")

    def before(name, argument):
        if name == "grade_submission":
            with sqlite3.connect(course.root / "gradebook.db", timeout=60) as connection:
                connection.execute("UPDATE grade_cells SET max_score = max_score + 1")

    with pytest.raises(AssignmentChanged, match="released again"):
        grade(before=before)
    assert rows_of(course) == {}


STEPS = ("before the commit", "before the folders", "between the folders", "before the record")


@pytest.mark.parametrize("step", STEPS)
def test_dying_between_two_steps_loses_nothing(course, grade, monkeypatch, step):
    keep_only(course, "bob", "dan")
    grade()
    expected, folders = rows_of(course), files_of(course)

    class Dies(BaseException):
        pass

    def die(*_):
        raise Dies

    with monkeypatch.context() as patch, contextlib.suppress(Dies):
        if step == "before the commit":
            patch.setattr(class_grading.gradebook_rows, "write_changes", die)
        elif step == "before the folders":
            patch.setattr(ClassGrading, "_put_in_place", die)
        elif step == "between the folders":
            move = class_grading._move
            patch.setattr(class_grading, "_move", lambda a, b: die() if "grading" in str(a) else move(a, b))
        else:
            patch.setattr(class_grading.Records, "write", die)
        grade(rerun=True)
    assert rows_of(course) == expected
    found = grade()
    assert sum(not standing.unchanged for standing in found.values()) == 1
    assert rows_of(course) == expected
    assert files_of(course) == folders


def lose_gradebook(course):
    (course.root / "gradebook.db").unlink()


def damage_gradebook(course):
    (course.root / "gradebook.db").write_bytes(b"no database" * 1000)


def change_source(course):
    path = course.root / "source" / "mini" / "vanilla.ipynb"
    path.write_text(path.read_text().replace("assert add(1, 2) == 3", "assert add(1, 3) == 4"))


def change_points(course):
    path = course.root / "source" / "mini" / "mini.ipynb"
    path.write_text(path.read_text().replace('"points": 6', '"points": 8'))


LINES = {
    "unknown atelier": (None, {"atelier": "mimi"}, "no atelier called mimi; did you mean mini?"),
    "unknown student": (None, {"students": ["alise"]}, "no submission of mini by alise; did you mean alice"),
    "nobody": (lambda course: keep_only(course), {}, "nobody has handed in mini"),
    "no gradebook": (lose_gradebook, {}, "run `attentif release mini`"),
    "damaged gradebook": (damage_gradebook, {}, "the gradebook cannot be read"),
    "other source": (change_source, {}, r"older than its source \(vanilla: add\): run `attentif release mini`"),
    "other points": (change_points, {}, r"older than its source \(mini: center\)"),
}


@pytest.mark.parametrize("why", LINES)
def test_what_cannot_be_graded_is_one_clear_line(course, grade, why):
    change, options, line = LINES[why]
    if change is not None:
        change(course)
    with pytest.raises(CannotGrade, match=line) as caught:
        grade(**options)
    assert "\n" not in str(caught.value)


def test_two_runs_at_a_time_are_refused(course, grade):
    def before(name, argument):
        with pytest.raises(CannotGrade, match="another `attentif grade`"):
            grade()

    keep_only(course, "dan")
    grade(before=before)


def test_a_course_that_a_student_hands_in_is_not_the_course(course, grade):
    """A configuration file and checks among a submission's files are files, no more."""
    keep_only(course, "bob")
    folder = course.root / "submitted" / "bob" / "mini"
    (folder / "nbgrader_config.py").write_text("")
    checks = folder / "source" / "mini" / "checks"
    checks.mkdir(parents=True)
    (checks / "test_center.py").write_text(f"open({str(course.root / 'pwned')!r}, 'w')\ndef test_values(): pass\n")
    assert grade()["bob"].points < 6
    assert not (course.root / "pwned").exists()


# Processes.


def running(course, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "attentif.cli.main", "grade", "mini", *arguments],
        cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def family(pid):
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def assert_gone(processes, seconds=20):
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    alive = [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    assert not alive, [p.cmdline() for p in alive]


def graded_class(course):
    """A class of quick submissions; the rows that honest grading gives."""
    keep_only(course, "alice", "bob", "dan")
    for number in range(9):
        who = course.root / "submitted" / f"s{number}" / "mini"
        shutil.copytree(course.root / "submitted" / ("alice", "bob", "dan")[number % 3] / "mini", who)
    complete = copied(course, course.root.with_name("complete"))
    start = time.monotonic()
    attentif(complete, "grade", "mini", "--workers", "2")
    return rows_of(complete), files_of(complete), time.monotonic() - start


def assert_sound(course, expected):
    """The gradebook opens; whoever has a grade has the right one, once."""
    with contextlib.closing(sqlite3.connect(course.root / "gradebook.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = rows_of(course)
    assert {place: expected[place] for place in found} == found
    students = {place for place in found if isinstance(place, str)}
    for student in students:
        mine = {place for place in expected if student in place}
        assert mine <= found.keys()
    return students


@pytest.mark.timeout(60 + 60 * KILLS)
def test_kill_9_at_any_moment(course):
    """Rounds of kill -9, the first ones on an empty gradebook: nothing is lost, doubled or changed, and nothing of a
    killed run stays behind."""
    expected, files, duration = graded_class(course)
    dice = random.Random(int(os.environ.get("ATTENTIF_KILL_SEED", "1")))
    students = {place for place in expected if isinstance(place, str)}
    graded = set()
    for number in range(KILLS):
        complete = len(graded) == len(students)
        process = running(course, "--workers", "2", *(["--rerun"] if complete else []))
        time.sleep(dice.uniform(0.2, 1.0) * duration)
        relatives = family(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert_gone(relatives)
        now = assert_sound(course, expected)
        assert graded <= now, f"round {number}"
        graded = now
    attentif(course, "grade", "mini")
    assert assert_sound(course, expected) == students
    assert files_of(course) == files
    assert not list((course.root / ".attentif" / "grading").glob("run-*"))
    unchanged = attentif(course, "grade", "mini").stdout
    assert f"0 graded, {len(students)} unchanged" in unchanged


def test_ctrl_c_keeps_what_is_graded(course):
    expected, _, _ = graded_class(course)
    process = running(course, "--workers", "1")
    records = course.root / ".attentif" / "graded" / "mini"
    deadline = time.monotonic() + 120
    while not list(records.glob("*.json")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    relatives = family(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    assert_gone(relatives)
    kept = assert_sound(course, expected)
    shown = attentif(course, "grade", "mini").stdout
    assert f"{len(kept)} unchanged" in shown
    assert rows_of(course) == expected


def test_records_hold_no_more_than_digests_and_reasons(course, grade):
    keep_only(course, "bob")
    grade()
    record = json.loads((course.root / ".attentif" / "graded" / "mini" / "bob.json").read_text())
    assert set(record) == {"format", "key", "scores", "flags"}
