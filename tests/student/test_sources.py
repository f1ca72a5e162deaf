"""Which source a report judged, told in a real kernel: cells that failed, changed or were not run again."""

import os
import shutil
import time

import nbformat
import pytest
from courses import answer
from student.notebook_kernel import NotebookKernel

RIGHT = "def center(X):\n    return X - X.mean(0)"
ANSWER, CHECK = "answer-cell", "check-cell"
FAILED = "La cellule ci-dessus a échoué à sa dernière exécution"
CHANGED = "La cellule ci-dessus a changé depuis"


@pytest.fixture(scope="module")
def kernel(released_mini_course, tmp_path_factory):
    folder = tmp_path_factory.mktemp("student") / "mini"
    shutil.copytree(released_mini_course.root / "release" / "mini", folder)
    started = NotebookKernel(folder, folder / "mini.ipynb")
    started.folder = folder
    started.run("import numpy as np\nfrom attentif import check", "first")
    yield started
    started.close()


def save(kernel, code, at):
    notebook = nbformat.read(kernel.folder / "mini.ipynb", 4)
    answer(code)(notebook)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "center_code":
            cell.id = ANSWER
    nbformat.write(notebook, kernel.folder / "mini.ipynb")
    os.utime(kernel.folder / "mini.ipynb", (at, at))


def checked(kernel):
    return kernel.run('check("center")', CHECK)[1]


@pytest.fixture
def right(kernel):
    """The right answer has been run, the file saved before that."""
    kernel.run("globals().pop('center', None)", "scratch")
    save(kernel, RIGHT, time.time() - 3600)
    kernel.run(RIGHT, ANSWER)
    return kernel


def test_the_report_says_which_execution_it_judged(right):
    shown = checked(right)
    assert "2 vérifications sur 2" in shown
    number = right.run("print(len(In) - 3)")[1].strip()
    assert f"Code vérifié, tel qu'exécuté : `center` [{number}]." in shown
    assert FAILED not in shown
    assert CHANGED not in shown


@pytest.mark.parametrize("cell", [ANSWER, None])  # None: a front end that tells no ids
def test_a_cell_that_was_broken_and_run(right, cell):
    status, _ = right.run("def center(X:\n    return X - X.mean(0)", cell)
    assert status == "error"
    shown = checked(right)
    assert FAILED in shown
    assert "(SyntaxError)" in shown
    assert "c'est elle qui vient d'être vérifiée" in shown


def test_a_cell_that_failed_before_its_definition(right):
    right.run("1 / 0\n" + RIGHT, ANSWER)
    assert f"{FAILED}" in checked(right)


def test_a_cell_that_failed_after_its_definition(right):
    right.run(RIGHT + "\nassert center(np.eye(2)).sum() == 1", ANSWER)
    shown = checked(right)
    assert "a défini `center`, puis a échoué" in shown
    assert "(AssertionError)" in shown


def test_a_cell_that_was_mended_is_no_longer_doubted(right):
    right.run("def center(X:\n    return X", ANSWER)
    right.run(RIGHT + "  # mieux", ANSWER)
    shown = checked(right)
    assert FAILED not in shown
    assert "2 vérifications sur 2" in shown


def test_a_cell_that_no_longer_defines_the_function(right):
    right.run(RIGHT.replace("center", "centre"), ANSWER)
    assert "elle ne définit plus `center`" in checked(right)


def test_a_cell_that_was_edited_and_saved_without_being_run(right):
    save(right, RIGHT.replace("mean(0)", "mean(1)"), time.time() + 5)
    shown = checked(right)
    assert CHANGED in shown
    assert "le fichier enregistré à" in shown


def test_a_function_defined_anew_in_another_cell(right):
    right.run(RIGHT.replace("X - X.mean(0)", "X"), "scratch")
    shown = checked(right)
    assert "`center` a été redéfinie depuis dans une autre cellule" in shown
    right.run(RIGHT, ANSWER)
    assert "redéfinie" not in checked(right)


def test_interrupting_the_kernel_is_said_and_stops_what_follows(right, tmp_path):
    reached = tmp_path / "reached"
    right.run(f"def center(X):\n    open({str(reached)!r}, 'w').close()\n    while True: pass", ANSWER)
    status, shown = right.run('check("center")', CHECK, interrupt_when=reached)
    assert status == "error"  # so that "Run All" stops, as whoever interrupts expects
    assert "Vous avez interrompu les vérifications" in shown
    assert "Aucune vérification n'existe" not in shown
    assert "Traceback" not in shown


def test_a_file_that_is_older_than_the_run_tells_nothing(right):
    save(right, RIGHT.replace("mean(0)", "mean(1)"), time.time() - 60)
    assert CHANGED not in checked(right)


def test_a_file_saved_since_with_what_was_run_raises_no_doubt(right):
    save(right, RIGHT + "\n\n", time.time() + 5)
    assert CHANGED not in checked(right)


def test_a_function_that_never_came_to_be(kernel):
    kernel.run("globals().pop('center', None)", "scratch")
    kernel.run("def center(X:\n    pass", "another")
    shown = checked(kernel)
    assert FAILED in shown
    assert "`center` n'est pas définie" in shown
