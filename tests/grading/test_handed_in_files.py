"""A file of predictions beside a notebook, through both commands: read as data, whatever it is, and graded."""

import json
import os
import shutil
from types import SimpleNamespace

import nbformat
import pytest
from courses import ROOT, attentif, gradebook_of, make_course, nbgrader, submit
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from attentif.reports.results_file import NotebookResults

FILE = "predictions.tsv"
LABELS = ROOT / "grader_tests" / "atelier4" / "reviews" / "test_labels.tsv"
RIGHT = dict(line.split("\t") for line in LABELS.read_text().splitlines()[1:])
COMMANDS = {"nbgrader": (nbgrader, "autograde", "atelier4"), "attentif": (attentif, "grade", "atelier4")}

APART_BY = "graded"
pytestmark = pytest.mark.timeout(600)


def predictions(hits, skip=0):
    """So many right labels of 1,000, the wrong ones spread; ``skip`` makes other files of the same worth."""
    ids = list(RIGHT)
    ids = ids[skip:] + ids[:skip]
    wrong = {ids[k * len(ids) // (1000 - hits)] for k in range(1000 - hits)}
    return {i: str(1 - int(RIGHT[i])) if i in wrong else RIGHT[i] for i in RIGHT}


def table(labels):
    return "id\tlabel\n" + "".join(f"{i}\t{label}\n" for i, label in labels.items())


def written(content):
    def plant(folder):
        (folder / FILE).write_bytes(content if isinstance(content, bytes) else content.encode())

    return plant


GOOD = table(predictions(840))
LINES = GOOD.splitlines(keepends=True)


def link(folder):
    (folder / FILE).symlink_to(folder.parents[2] / "grader_tests" / "atelier4" / "reviews" / "test_labels.tsv")


def hard_link(folder):
    os.link(folder.parents[2] / "grader_tests" / "atelier4" / "reviews" / "test_labels.tsv", folder / FILE)


def full_folder(folder):
    (folder / FILE).mkdir()
    (folder / FILE / "labels").write_text(GOOD)


# student → (what is planted, points of 3, words of the report)
CLASS = {
    "good": (written(GOOD), 3, "0,840 (intervalle à 95 % : 0,816 à 0,861)"),
    "just_full": (written(table(predictions(800, 1))), 3, "0,800"),
    "just_below": (written(table(predictions(799, 2))), 2, "n’atteint pas 0,8"),
    "two_steps": (written(table(predictions(790, 3))), 2, "0,790"),
    "one_step": (written(table(predictions(775, 4))), 1, "n’atteint pas 0,79"),
    "below_words": (written(table(predictions(774, 5))), 0, "n’atteint pas 0,775"),
    "windows": (written(b"\xef\xbb\xbf" + table(predictions(840, 6)).replace("\n", "\r\n").encode()), 3, "0,840"),
    "other_order": (written(LINES[0] + "".join(reversed(table(predictions(840, 7)).splitlines(True)[1:]))), 3, "0,840"),
    "no_last_newline": (written(table(predictions(840, 8)).rstrip("\n")), 3, "0,840"),
    "missing": (lambda folder: None, 0, "n'est pas à côté du notebook"),
    "empty": (written(b""), 0, "La première ligne"),
    "huge": (written(b"id\tlabel\n" + b"1\t0\n" * 12_500_000), 0, "trop gros"),
    "binary": (written(bytes(range(256)) * 20), 0, "n'est pas un texte"),
    "latin": (written(GOOD.replace("1\t", "é\t", 1).encode("latin-1")), 0, "n'est pas un texte"),
    "null": (written(GOOD.replace("7\t", "7\0\t", 1)), 0, "n'est pas un texte"),
    "no_titles": (written("".join(LINES[1:])), 0, "La première ligne"),
    "commas": (written("id\tlabel\n" + "".join(LINES[1:]).replace("\t", ",")), 0, "ligne 2 : il faut un numéro"),
    "other_ids": (written(GOOD.replace("\n5\t", "\n1005\t")), 0, "n'est pas celui d'une phrase"),
    "duplicate": (written(GOOD + "5\t1\n"), 0, "a déjà une étiquette"),
    "too_few": (written("".join(LINES[:-3])), 0, "donne 997 étiquettes, alors qu'il y a 1000"),
    "label_2": (written(GOOD.replace("\n9\t0", "\n9\t2").replace("\n9\t1", "\n9\t2")), 0, "doit être 0 ou 1"),
    "formula": (written(GOOD.replace("\n9\t", "\n=cmd()\t")), 0, "n'est pas celui d'une phrase"),
    "link": (link, 0, "n'est pas à côté du notebook"),
    "hard_link": (hard_link, 0, "n'est pas à côté du notebook"),
    "pipe": (lambda folder: os.mkfifo(folder / FILE), 0, "n'est pas à côté du notebook"),
    "folder": (full_folder, 0, "n'est pas à côté du notebook"),
    "one_label": (written(table(dict.fromkeys(RIGHT, "1"))), 0, "Toutes les phrases ont la même étiquette"),
    "nearly_one_label": (written(table({**dict.fromkeys(RIGHT, "1"), "3": "0"})), 0, "aucun modèle n’a appris cela"),
    "looked_up": (written(table(RIGHT)), 0, "plus justes que ce modèle ne peut l’être"),
    "twin_a": (written(table(predictions(850))), 3, "0,850"),
    "twin_b": (written(table(predictions(850)).replace("\n", "\r\n")), 3, "0,850"),
    "kernel_dies": (written(table(predictions(840, 9))), 3, "0,840"),
    "rewrites": (written(table(predictions(840, 10))), 3, "0,840"),
    "forges_results": (written(table(predictions(840, 11))), 3, "0,840"),
}
CELLS = {
    "kernel_dies": "import os\nos._exit(1)",
    "rewrites": f"open({FILE!r}, 'w').write('id\\tlabel\\n')",
}
FLAGGED = {
    "nearly_one_label": "predictions of a single label",
    "looked_up": "predictions too good for this model",
}


def notebook():
    mark = {"schema_version": 3, "solution": False, "task": False}
    check = 'check("predictions")\n### BEGIN HIDDEN TESTS\ncheck("predictions", hidden=True)\n### END HIDDEN TESTS'
    grade = {**mark, "grade": True, "locked": True, "points": 3, "grade_id": "predictions"}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [
        new_markdown_cell("# Prédire"),
        new_code_cell("from attentif import check"),
        new_code_cell(check, metadata={"nbgrader": grade}),
    ]
    return new_notebook(metadata={"kernelspec": kernel}, cells=cells)


def course_of(folder):
    """A course of one notebook, whose one exercise is the atelier's own."""
    course = make_course(folder)
    for part in ("predictions", "reviews"):
        shutil.copytree(
            ROOT / "grader_tests" / "atelier4" / part, course.hidden_checks("atelier4") / part,
            ignore=shutil.ignore_patterns("__pycache__"),
        )  # fmt: skip
    course.references("atelier4").mkdir(parents=True)
    checks = ROOT / "source" / "atelier4" / "checks"
    shutil.copy(checks / "test_predictions.py", course.public_checks("atelier4"))
    for path in (checks / "references").glob("predictions.*"):
        shutil.copy(path, course.references("atelier4"))
    nbformat.write(notebook(), course.source("atelier4") / "affiner.ipynb")
    nbgrader(course, "generate_assignment", "atelier4")
    (course.source("atelier4") / FILE).write_text(table(predictions(900)))  # left by whoever ran the solved notebook
    return course


def hand_in(course, student):
    def edit(released):
        if student in CELLS:
            released.cells.insert(2, new_code_cell(CELLS[student]))

    folder = submit(course, student, "atelier4", edit, "affiner").parent
    CLASS[student][0](folder)
    if student == "forges_results":  # of a notebook that does not exist, in another's name
        results = NotebookResults("atelier4", "good", "other", fingerprints={"predictions": "0"})
        (folder / "other.results.json").write_text(results.to_json())


@pytest.fixture(scope="module", params=COMMANDS)
def graded(request, tmp_path_factory):
    """The class graded by one command."""
    course = course_of(tmp_path_factory.mktemp("predictions") / "course")
    for student in CLASS:
        hand_in(course, student)
    run, *arguments = COMMANDS[request.param]
    done = run(course, *arguments)
    with gradebook_of(course) as gradebook:
        points = {s.student.id: s.score for s in gradebook.assignment_submissions("atelier4")}
    return SimpleNamespace(course=course, command=request.param, said=done.stdout, points=points)


def results_of(graded, student):
    path = graded.course.root / "autograded" / student / "atelier4" / "affiner.results.json"
    return NotebookResults.from_json(path.read_text(encoding="utf-8"))


def page_of(graded, student):
    path = graded.course.root / "autograded" / student / "atelier4" / "affiner.ipynb"
    return json.dumps(nbformat.read(path, 4), ensure_ascii=False)


@pytest.mark.parametrize("student", CLASS)
def test_a_file_gets_what_it_deserves_and_the_report_says_why(graded, student):
    _, points, words = CLASS[student]
    assert graded.points[student] == points
    assert words in page_of(graded, student)


@pytest.mark.parametrize("student", CLASS)
def test_the_instructor_is_told_of_predictions_that_no_model_made(graded, student):
    kinds = {kind for kind, _ in results_of(graded, student).flags}
    assert kinds & set(FLAGGED.values()) == ({FLAGGED[student]} if student in FLAGGED else set())
    if graded.command == "attentif" and student in FLAGGED:
        assert FLAGGED[student] in graded.said


def test_the_instructor_is_told_who_handed_in_the_same_predictions(graded):
    """However the file is written; nobody else, and nobody loses points."""
    assert "the same answer as another student" in " ".join(graded.said.split())
    assert "predictions: " in graded.said
    assert "twin_a, twin_b" in graded.said
    prints = {s: results_of(graded, s).fingerprints.get("predictions") for s in ("good", "twin_a", "twin_b", "missing")}
    assert prints["twin_a"] == prints["twin_b"] != prints["good"]
    assert prints["missing"] is None


def test_a_second_run_says_it_again(graded):
    """Though nothing is graded again."""
    if graded.command == "attentif":
        again = attentif(graded.course, "grade", "atelier4").stdout
        assert "0 graded" in again
        assert "twin_a, twin_b" in again


def test_no_label_is_shown(graded):
    """Neither the hidden file nor anything of it comes back."""
    for student in ("link", "hard_link", "good"):
        folder = graded.course.root / "autograded" / student / "atelier4"
        assert LABELS.read_bytes() not in [p.read_bytes() for p in folder.rglob("*") if p.is_file()]
