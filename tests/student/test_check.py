"""What a student meets: ``check`` in a notebook and in a script, ``pytest`` in the folder."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from courses import answer, nbgrader
from nbclient import NotebookClient

from attentif.student.check import CheckFailed, ChecksNotFound, UnknownExercise, check, find_checks

RIGHT = "import numpy as np\ndef center(X):\n    return X - X.mean(0)"
ROWS = "import numpy as np\ndef center(X):\n    return X - X.mean(1, keepdims=True)"


def names(code):
    namespace = {}
    exec(code, namespace)
    return namespace


@pytest.fixture
def folder(mini_course, tmp_path, monkeypatch):
    """The released folder, as a student has it, and the current directory."""
    target = tmp_path / "mini"
    shutil.copytree(mini_course.root / "release" / "mini", target)
    monkeypatch.chdir(target)
    monkeypatch.delenv("ATTENTIF_CHECKS", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    return target


def test_a_right_answer(folder, capsys):
    check("center", namespace=names(RIGHT))
    shown = capsys.readouterr().out
    assert "Centrer : 2 vérifications sur 2" in shown
    assert "✗" not in shown


def test_a_known_mistake_is_named_offline_with_its_hints(folder, capsys):
    check("center", namespace=names(ROWS))
    shown = capsys.readouterr().out
    assert "Vous soustrayez la moyenne des lignes." in shown
    assert "Indice 3/3" in shown
    assert "Pas encore" not in shown.splitlines()[1]


def test_the_caller_s_own_names_are_checked(folder, capsys):
    exec("from attentif import check\n" + RIGHT + "\ncheck('center')", {})
    assert "2 vérifications sur 2" in capsys.readouterr().out


def test_an_exception_is_shown_with_its_line(folder, capsys):
    check("center", namespace=names("def center(X):\n    y = 1\n    return X / undefined"))
    shown = capsys.readouterr().out
    assert "NameError" in shown
    assert "undefined" in shown


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "définissez `center` dans la cellule ci-dessus, et exécutez-la"),
        ("center = [1]", "n'est pas une fonction"),
        ("def center(X, Y): return X", "attendu `center(X)`, trouvé `center(X, Y)`"),
        ("def center(X): pass", "None (il manque peut-être `return`)"),
        ("def center(X): return X.tolist()[0]", "attendu (n=2, d=3), obtenu (3,)"),
        ("def center(X): return 'abc'", "doit être un `numpy.ndarray`"),
        ("def center(X): raise NotImplementedError", "n'est pas encore écrite"),
    ],
)
def test_what_is_not_right_yet_is_said(folder, capsys, code, message):
    check("center", namespace=names(code))
    assert message in capsys.readouterr().out.replace("(3)", "(3,)")


def test_unknown_exercise_lists_the_nearest_first(folder):
    with pytest.raises(UnknownExercise, match=r"« centre ».*: center\."):
        check("centre", namespace={})


def test_hidden_checks_are_not_in_a_student_s_folder(folder):
    with pytest.raises(ChecksNotFound, match="ne quittent pas"):
        check("center", hidden=True, namespace=names(RIGHT))


def test_a_missing_checks_folder_says_where_it_belongs(tmp_path):
    with pytest.raises(ChecksNotFound, match="à côté du notebook"):
        find_checks(tmp_path)


def test_machines_get_an_exception(folder, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    check("center", namespace=names(RIGHT))
    with pytest.raises(CheckFailed, match="moyenne des lignes"):
        check("center", namespace=names(ROWS))


def run_notebook(folder, code):
    notebook = nbformat.read(folder / "mini.ipynb", 4)
    answer(code)(notebook)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}, allow_errors=True).execute()
    (cell,) = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "center"]
    return cell.outputs


def test_in_jupyter_the_report_is_html_with_a_picture(folder):
    (output,) = run_notebook(folder, ROWS)
    html = output["data"]["text/html"]
    assert "<details" in html
    assert 'aria-label="Votre matrice"' in html
    assert 'aria-label="Matrice attendue"' in html
    assert "<script" not in html
    assert "moyenne des lignes" in output["data"]["text/plain"]


def test_a_student_s_text_is_escaped(folder):
    code = "def center(X):\n    raise ValueError('<script>alert(1)</script>')"
    (output,) = run_notebook(folder, code)
    assert "&lt;script&gt;" in output["data"]["text/html"]
    assert "<script>" not in output["data"]["text/html"]


def write_answer(folder, code):
    notebook = nbformat.read(folder / "mini.ipynb", 4)
    answer(code)(notebook)
    nbformat.write(notebook, folder / "mini.ipynb")


def run_pytest(folder, *arguments):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=200,
    )  # fmt: skip


def test_pytest_in_the_folder_grades_the_notebook(folder):
    write_answer(folder, RIGHT)
    done = run_pytest(folder)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    write_answer(folder, ROWS)
    done = run_pytest(folder)
    assert done.returncode == 1
    assert "Vous soustrayez la moyenne des lignes." in done.stdout
    assert "1 failed, 1 skipped" in done.stdout


def test_pytest_survives_a_notebook_whose_cells_fail(folder):
    write_answer(folder, "%matplotlib inline\n!ls\n1 / 0")
    done = run_pytest(folder)
    assert done.returncode == 1
    assert "définissez `center`" in done.stdout


def test_nbgrader_validate_tells_right_from_wrong(folder, mini_course):
    for code, told in ((RIGHT, "Success"), (ROWS, "moyenne des lignes")):
        write_answer(folder, code)
        done = nbgrader(mini_course, "validate", str(folder / "mini.ipynb"), check=False)
        assert told in done.stdout


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("torch.zeros(2, dtype=torch.float32) @ torch.zeros(2, dtype=torch.float64)", "dtypes ne vont pas ensemble"),
        ("torch.nn.Linear(1, 1).load_state_dict({})", "lettre à lettre"),
        ("torch.zeros(2) @ torch.zeros(3)", "formes ne vont pas ensemble"),
    ],
)
def test_the_hint_follows_the_error(folder, capsys, line, hint):
    check("center", namespace=names(f"import torch\ndef center(X):\n    {line}"))
    assert hint in capsys.readouterr().out


def test_reports_are_french_and_english_where_it_is_asked_for(folder, capsys, monkeypatch):
    check("center", namespace=names(ROWS))
    french = capsys.readouterr().out
    check("center", lang="en", namespace=names(ROWS))
    english = capsys.readouterr().out
    monkeypatch.setenv("ATTENTIF_LANG", "en")
    check("center", namespace=names(ROWS))
    assert capsys.readouterr().out == english
    check("center", lang="fr", namespace=names(ROWS))
    assert capsys.readouterr().out == french
    for mine, other, words in ((french, english, "Vous soustrayez"), (english, french, "You subtract")):
        assert words in mine
        assert words not in other


def test_an_unknown_exercise_is_said_in_one_language(folder):
    with pytest.raises(UnknownExercise, match="du plus proche au plus lointain") as french:
        check("centre", namespace={})
    with pytest.raises(UnknownExercise, match="from the nearest to the farthest") as english:
        check("centre", lang="en", namespace={})
    assert "nearest" not in str(french.value)
    assert "proche" not in str(english.value)
