"""A small course through nbgrader's own commands: what each kind of submission gets, and what nobody gets to see."""

import csv
import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest
from courses import answer, nbgrader, submit
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from attentif.grading.results import diagnoses_of
from attentif.reports.results_file import NotebookResults

RIGHT = "def center(X):\n    return X - X.mean(0)"
WRONG = "def center(X):\n    return X * 0"
FULL = 6.0


def with_cells(code, *extra, at=-1):
    def edit(notebook):
        answer(code)(notebook)
        for source in extra:
            notebook.cells.insert(len(notebook.cells) if at == -1 else at, new_code_cell(source))

    return edit


def remove_check(notebook):
    answer(RIGHT)(notebook)
    notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "center"]


def repeat_check(notebook):
    answer(RIGHT)(notebook)
    (check,) = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "center"]
    notebook.cells.insert(0, check.copy())
    notebook.cells.append(check.copy())


def tamper_points(notebook):
    answer(WRONG)(notebook)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "center":
            cell.metadata.nbgrader.points = 600
            cell.source = "600"


# student: (edit, points)
CLASS = {
    "right": (answer(RIGHT), FULL),
    "by_loop": (answer("def center(X):\n    return np.array([r - sum(X) / len(X) for r in X])"), FULL),
    "by_matrix": (answer("def center(X):\n    n = len(X)\n    return (np.eye(n) - np.ones((n, n)) / n) @ X"), FULL),
    "warns": (answer("import sys\ndef center(X):\n    print('!', file=sys.stderr)\n    return X - X.mean(0)"), FULL),
    "prints_much": (with_cells(RIGHT, "for i in range(10**5): print('x' * 100)"), FULL),
    "fails_elsewhere": (with_cells(RIGHT, "1 / 0", at=0), FULL),
    "no_check_cell": (remove_check, FULL),
    "three_check_cells": (repeat_check, FULL),
    "blank": (None, 0.0),
    "row_mean": (answer("def center(X):\n    return X - X.mean(1, keepdims=True)"), 0.0),
    "global_mean": (answer("def center(X):\n    return X - X.mean()"), 0.0),
    "in_place": (answer("def center(X):\n    X -= X.mean(0)\n    return X"), 5.0),
    "no_name": (answer("def centre(X):\n    return X - X.mean(0)"), 0.0),
    "no_function": (answer("center = 3"), 0.0),
    "two_arguments": (answer("def center(X, axis):\n    return X - X.mean(0)"), 0.0),
    "syntax_error": (answer("def center(X)\n    return X"), 0.0),
    "endless": (answer("def center(X):\n    while True: pass"), 0.0),
    "exits": (answer("import os\ndef center(X):\n    os._exit(0)"), 0.0),
    "kills_kernel_before": (answer("import os; os._exit(1)"), 0.0),
    "kills_kernel_after": (with_cells(RIGHT, "import os; os._exit(1)"), FULL),
    "points_changed": (tamper_points, 0.0),
    "input_transformer": (
        answer("get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])\ndef center(X): return 0"),
        0.0,
    ),
    "leaks_by_exception": (answer("def center(X):\n    raise ValueError(str(X.tolist()))"), 0.0),
    "leaks_by_type": (answer("def center(X):\n    raise type(str(X.tolist()), (Exception,), {})"), 0.0),
    "leaks_by_print": (
        with_cells("seen = []\ndef center(X):\n    seen.append(X); print(X)\n    return X - X.mean(0)", "print(seen)"),
        FULL,
    ),
    "leaks_by_file": (
        with_cells("def center(X):\n    open('seen.txt', 'a').write(str(X.tolist()))\n    return X - X.mean(0)",
                   "print(open('seen.txt').read())"),
        FULL,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(mini_course):
    """The whole class, graded, explained and exported; the course and what nbgrader printed."""
    for student, (edit, _) in CLASS.items():
        submit(mini_course, student, "mini", edit)
    submit(mini_course, "cut_file", "mini").write_text('{"cells": [')
    (mini_course.root / "submitted" / "no_notebook" / "mini").mkdir(parents=True)
    log = nbgrader(mini_course, "autograde", "mini", "--Grade.checks_timeout=2", "--Grade.checks_budget=2").stdout
    nbgrader(mini_course, "generate_feedback", "mini")
    nbgrader(mini_course, "export")
    return mini_course, log


@pytest.fixture(scope="module")
def scores(graded):
    with (graded[0].root / "grades.csv").open() as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize("student", CLASS)
def test_points(scores, student):
    assert scores[student] == CLASS[student][1]


def test_a_file_that_is_no_notebook_has_a_recorded_zero_and_a_reason(graded, scores):
    course, _ = graded
    assert scores["cut_file"] == 0.0
    assert "JSON" in (course.root / "feedback" / "cut_file" / "mini" / "mini.html").read_text()


def test_a_folder_without_notebook_is_one_warning(graded, scores):
    assert "no_notebook" in graded[1]
    assert "no_notebook" not in scores


def test_no_submission_awaits_a_human(graded):
    with Gradebook(f"sqlite:///{graded[0].root / 'gradebook.db'}") as gradebook:
        assert not any(s.needs_manual_grade for s in gradebook.assignment_submissions("mini"))


@pytest.mark.parametrize(("student", "name"), [("row_mean", "row_mean"), ("global_mean", "global_mean")])
def test_the_mistake_is_named_and_only_it(graded, student, name):
    assert diagnoses_of(graded[0], "mini", student) == (("center", name),)


@pytest.mark.parametrize("student", ["right", "blank", "endless", "exits", "in_place", "points_changed"])
def test_nothing_is_named_where_nothing_is_known(graded, student):
    assert diagnoses_of(graded[0], "mini", student) == ()


FEEDBACK = {
    "row_mean": "Vous soustrayez la moyenne des lignes.",
    "blank": "n&#39;est pas encore écrite",
    "no_name": "définissez `center` dans la cellule ci-dessus, et exécutez-la",
    "no_function": "n&#39;est pas une fonction",
    "two_arguments": "attendu `center(X)`, trouvé `center(X, axis)`",
    "endless": "pas fini après",
    "exits": "a arrêté le processus Python",
    "kills_kernel_before": "a arrêté le noyau Python",
    "in_place": "modifie sur place ce qu&#39;on lui donne",
    "leaks_by_exception": "s&#39;arrête sur une erreur ValueError",
}


@pytest.mark.parametrize("student", FEEDBACK)
def test_the_feedback_says_what_happened(graded, student):
    html = (graded[0].root / "feedback" / student / "mini" / "mini.html").read_text()
    assert FEEDBACK[student] in html or FEEDBACK[student].replace("&#39;", "'") in html


def test_every_check_is_listed_in_the_feedback(graded):
    html = (graded[0].root / "feedback" / "right" / "mini" / "mini.html").read_text()
    assert html.count("✓") == 4
    assert html.count("(vérification cachée)") == 2


@pytest.mark.parametrize("folder", ["autograded", "feedback", "release"])
def test_nothing_hidden_is_in_what_students_receive(graded, folder):
    """Hidden source carries a word, hidden inputs lie around 31415.9: neither is anywhere, whatever the submission
    printed, raised, stored or wrote."""
    for path in (graded[0].root / folder).rglob("*"):
        if path.is_file() and path.suffix != ".whl":
            content = path.read_bytes()
            assert b"CANARY" not in content, path
            assert b"31415" not in content, path
            assert b"31416" not in content, path


def test_the_canaries_are_alive(graded):
    """The test above would see a leak: the words do stand where they are hidden."""
    hidden = graded[0].hidden_checks("mini")
    assert "CANARY" in (hidden / "center" / "test_hidden.py").read_text()
    assert "31415" in (hidden / "center" / "oracle.py").read_text()


def test_the_release_has_no_solution_and_no_hidden_call(graded):
    released = nbformat.read(graded[0].root / "release" / "mini" / "mini.ipynb", 4)
    text = "\n".join(cell.source for cell in released.cells)
    assert "hidden" not in text
    assert "X.mean" not in text
    assert "NotImplementedError" in text


def test_grading_again_gives_the_same_and_no_new_seed(graded, scores):
    course, _ = graded
    path = course.root / "autograded" / "global_mean" / "mini" / "mini.ipynb"
    before = path.read_text()
    nbgrader(course, "autograde", "mini", "--student", "global_mean", "--force")
    assert path.read_text() == before
    assert "graine" in before


def test_all_students_meet_the_same_draws(graded):
    """Hence equal answers get equal grades, whoever hands them in."""
    course, _ = graded
    seeds = {}
    for path in (course.root / "autograded").glob("*/mini/*.ipynb"):
        for cell in nbformat.read(path, 4).cells:
            shown = "".join(str(output.get("data", {})) for output in cell.get("outputs", []))
            for seed in re.findall(r"graine des tirages : (\d+)", shown):
                seeds.setdefault(cell.metadata.nbgrader.grade_id, []).append(seed)
    assert {len(set(found)) for found in seeds.values()} == {1}
    assert max(map(len, seeds.values())) > 20


def test_an_empty_class_is_one_clear_line(graded):
    done = nbgrader(graded[0], "autograde", "mini", "--student", "nobody", check=False)
    assert done.returncode == 1
    assert "No notebooks were matched" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_formgrader_shows_the_class(graded):
    """The real server extension, in the course folder, without a flag about the course."""
    course, _ = graded
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}", "--port-retries=0",
         "--IdentityProvider.token=t"],
        cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        listed = json.loads(fetch(f"http://127.0.0.1:{port}/formgrader/api/assignments?token=t", server))
        handed_in = len(list((course.root / "submitted").iterdir()))
        assert [(a["name"], a["num_submissions"]) for a in listed] == [("mini", handed_in)]
        page = fetch(f"http://127.0.0.1:{port}/formgrader/manage_assignments?token=t", server)
        assert "nbgrader formgrade" in page
    finally:
        server.terminate()
        server.wait(30)


def fetch(address, server):
    """The page, once the server answers."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=30) as reply:
                return reply.read().decode()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.3)
    raise AssertionError("the server has ended")


@pytest.mark.parametrize("student", [*CLASS, "cut_file"])
def test_each_graded_notebook_leaves_its_report_as_data(graded, scores, student):
    """The gradebook's scores, the reasons for a person's look, and nothing for the student's folder of feedback."""
    folder = graded[0].root / "autograded" / student / "mini"
    results = NotebookResults.from_json((folder / "mini.results.json").read_text(encoding="utf-8"))
    assert (results.atelier, results.student, results.notebook) == ("mini", student, "mini")
    (center,) = results.exercises
    assert (center.score, center.points) == (scores[student], FULL)
    assert results.versions.keys() == {"attentif", "nbgrader", "numpy", "python", "torch"}
    assert results.seconds > 0
    assert bool(results.flags) == (student in ("endless", "kills_kernel_before", "kills_kernel_after", "cut_file"))
    assert not list((graded[0].root / "feedback").rglob("*.results.json"))
