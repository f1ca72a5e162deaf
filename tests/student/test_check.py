"""What a student meets: ``check`` in a notebook and in a script, ``pytest`` in the folder."""

import os
import re
import signal
import subprocess
import sys
import time
import tracemalloc

import nbformat
import numpy as np
import pytest
from courses import answer, nbgrader
from nbclient import NotebookClient
from student.released import RIGHT, names

from attentif.diagnosis.student_errors import is_stub
from attentif.remote.overtime import limited
from attentif.remote.wire.codec import encode
from attentif.remote.wire.errors import StudentError, TimeLimit, TooLarge
from attentif.reports.explanation import Explanation
from attentif.reports.pages import html_report
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.student.check import CheckFailed, ChecksInterrupted, ChecksNotFound, UnknownExercise, check, find_checks
from attentif.words.text import Text

ROWS = "import numpy as np\ndef center(X):\n    return X - X.mean(1, keepdims=True)"


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


def test_an_endless_loop_ends_with_a_true_sentence(folder, capsys):
    (folder / "checks" / "test_center.py").write_text(
        (folder / "checks" / "test_center.py").read_text().replace(
            "@pytest.mark.weight(2)", "@pytest.mark.time_limit(1)\n@pytest.mark.weight(2)"
        )
    )  # fmt: skip
    loop = "while True:\n        try:\n            X = X + 0\n        except Exception:\n            pass"
    endless = f"def center(X):\n    {loop}"
    check("center", namespace=names(endless))
    shown = capsys.readouterr().out
    # On a machine that gives it no processor, the wider limit comes first.
    assert re.search(r"n'était pas fini après (1 s de processeur :|6 s d'horloge, sans)", shown)
    check("center", namespace=names(RIGHT))
    assert "2 vérifications sur 2" in capsys.readouterr().out


def test_a_call_that_waits_is_stopped_by_the_clock_on_the_wall():
    with pytest.raises(TimeLimit) as stopped, limited(0.1):
        time.sleep(60)
    assert stopped.value.wall
    assert stopped.value.seconds == pytest.approx(0.6)


def test_the_checks_after_an_endless_call_are_not_run(folder, capsys):
    text = (folder / "checks" / "test_center.py").read_text()
    text = text.replace('@pytest.mark.requires("test_values")\n', "")
    text = text.replace("@pytest.mark.weight(2)", "@pytest.mark.time_limit(1)\n@pytest.mark.weight(2)")
    (folder / "checks" / "test_center.py").write_text(text)
    check("center", namespace=names("def center(X):\n    while True: pass"))
    assert "– Centrer deux fois ne change plus rien." in capsys.readouterr().out


def test_interrupting_is_an_interruption_and_no_lack_of_checks(folder, capsys):
    handler = signal.getsignal(signal.SIGINT)
    code = "import os, signal, time\ndef center(X):\n    os.kill(os.getpid(), signal.SIGINT)\n    time.sleep(60)"
    with pytest.raises(ChecksInterrupted):
        check("center", namespace=names(code))
    shown = capsys.readouterr().out
    assert "Vous avez interrompu les vérifications" in shown
    assert "Aucune vérification n'existe" not in shown
    assert signal.getsignal(signal.SIGINT) is handler


def test_an_unwritten_stub_is_neutral(folder, capsys):
    """The second function of an exercise, which the check file calls by itself, like the first."""
    stub = 'def center(X):\n    raise NotImplementedError("à compléter")'
    text = (folder / "checks" / "test_center.py").read_text()
    (folder / "checks" / "test_center.py").write_text(text.replace('@pytest.mark.requires("test_values")\n', ""))
    check("center", namespace=names(stub))
    shown = capsys.readouterr().out
    assert shown.count("`center` n'est pas encore écrite.") == 2
    assert "✗" not in shown
    assert "NotImplementedError :" not in shown
    assert "Traceback" not in shown


def test_an_error_that_a_library_raises_is_no_stub():
    at_a_call = StudentError("NotImplementedError", "Could not run", 2, "    1 def f(x):\n→   2     return g(x)")
    assert not is_stub(at_a_call)
    assert is_stub(StudentError("NotImplementedError", "", 2, '→   2     raise NotImplementedError("à compléter")'))
    assert not is_stub(StudentError("ValueError", ""))


def test_an_unwritten_stub_is_not_red_in_the_page():
    explanation = Explanation(Text("pas écrite", "not written"), unwritten=True)
    result = CheckResult("t", Text("titre", "title"), 1.0, False, Verdict.FAILED, (explanation,))
    html = html_report(ExerciseReport("center", (result,)))
    assert "pas encore écrite" in html
    assert "✗" not in html


def test_what_the_function_prints_is_shown_bounded_under_the_check(folder, capsys):
    check("center", namespace=names("def center(X):\n    print('forme', X.shape)\n    return X - X.mean(0)"))
    shown = capsys.readouterr().out
    assert "│ forme (" in shown
    assert shown.index("Chaque colonne") < shown.index("│ forme (")
    check("center", namespace=names("def center(X):\n    for i in range(9999): print(i)\n    return X - X.mean(0)"))
    shown = capsys.readouterr().out
    assert "│ 3" in shown
    assert "[…]" in shown
    assert shown.count("│") < 50


@pytest.mark.parametrize(
    "huge",
    [
        "np.broadcast_to(0.0, (20000, 20000))",
        "torch.zeros(1).expand(20000, 20000)",
    ],  # nothing to allocate, until copied
)
def test_a_huge_answer_is_judged_by_its_shape(folder, capsys, huge):
    check("center", namespace=names(f"import numpy as np, torch\ndef center(X):\n    return {huge}"))
    shown = capsys.readouterr().out
    assert "(n=2, d=3), obtenu (20000, 20000)" in shown
    assert "n'a pas pu être lue" not in shown


def test_what_is_too_large_is_refused_before_it_is_copied():
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge) as refused:
            encode(np.broadcast_to(0.0, (20000, 20000)))
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert refused.value.shape == (20000, 20000)
