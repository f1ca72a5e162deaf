""" "Run All" on a notebook whose answers are not written yet: illustrations wait, and nothing stops."""

import shutil

import nbformat
import pytest
from courses import ROOT
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from student.notebook_kernel import NotebookKernel

STUB = 'def center(X):\n    raise NotImplementedError("à compléter")'


@pytest.fixture(scope="module")
def folder(released_mini_course, tmp_path_factory):
    target = tmp_path_factory.mktemp("student") / "mini"
    shutil.copytree(released_mini_course.root / "release" / "mini", target)
    return target


@pytest.fixture(scope="module")
def kernel(folder):
    started = NotebookKernel(folder, folder / "mini.ipynb")
    started.run("import numpy as np\nfrom attentif import check", "first")
    started.run(STUB, "answer")
    yield started
    started.close()


def test_a_cell_that_calls_an_unwritten_answer_says_when_it_can_be_run(kernel):
    status, shown = kernel.run("picture = center(np.eye(2))\nprint(picture)", "figure")
    assert status == "ok"
    assert "○ Après" in shown
    assert "`center` n'est pas encore écrite" in shown
    assert "Traceback" not in shown


def test_what_depends_on_such_a_cell_waits_too(kernel):
    kernel.run("mean = center(np.eye(2)).mean()", "figure")
    status, shown = kernel.run("gap = abs(mean)", "later")
    assert (status, "`mean` vient d'une cellule ci-dessus" in shown) == ("ok", True)
    status, shown = kernel.run("print(gap)", "latest")
    assert (status, "`gap` vient d'une cellule ci-dessus" in shown) == ("ok", True)


def test_a_cell_that_is_all_to_be_written_and_what_needs_it(kernel):
    stub = '# Layer, helper : ceux de votre notebook 3.\nraise NotImplementedError("à compléter")'
    status, shown = kernel.run(stub, "own")
    assert (status, "une réponse n'est pas encore écrite" in shown) == ("ok", True)
    status, shown = kernel.run("layers = [Layer() for _ in range(2)]", "figure")
    assert (status, "`Layer` vient d'une cellule ci-dessus" in shown) == ("ok", True)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("no_such_name", "NameError"),
        ("1 / 0", "ZeroDivisionError"),
        ("import codecs\ncodecs.IncrementalDecoder().decode(b'')", "NotImplementedError"),  # a library's own
    ],
)
def test_other_errors_are_errors(kernel, code, error):
    status, shown = kernel.run(code, "mine")
    assert status == "error"
    assert error in shown
    assert "Traceback" in shown
    assert "○" not in shown


def test_once_the_answer_is_written_the_cell_runs(kernel):
    kernel.run("def center(X):\n    return X - X.mean(0)", "answer")
    assert kernel.run("mean = center(np.eye(2)).mean()\nprint(mean)", "figure") == ("ok", "0.0\n")
    kernel.run(STUB, "answer")


def test_no_half_drawn_figure_is_shown(kernel):
    kernel.run("%matplotlib inline\nimport matplotlib.pyplot as plt", "first")
    status, shown = kernel.run("fig, ax = plt.subplots()\nax.plot(center(np.eye(2)))", "figure")
    assert status == "ok"
    assert "Figure" not in shown


def test_where_a_machine_validates_the_error_stays(folder):
    started = NotebookKernel(folder, folder / "mini.ipynb", NBGRADER_EXECUTION="validate")
    try:
        started.run("from attentif import check", "first")
        started.run(STUB, "answer")
        assert started.run("center(1)", "figure")[0] == "error"
    finally:
        started.close()


def test_a_released_notebook_runs_to_its_end(tmp_path, monkeypatch):
    """A real one, with nothing written, as nbclient runs it: it stops at the first error."""
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    target = tmp_path / "atelier3"
    shutil.copytree(ROOT / "release" / "atelier3", target)
    path = next(p for p in sorted(target.glob("*.ipynb")) if "attention_backward" in p.read_text(encoding="utf-8"))
    notebook = nbformat.read(path, 4)
    try:
        NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(target)}}).execute()
    except CellExecutionError as error:
        pytest.fail(str(error))
    shown = "".join(o.get("text", "") for c in notebook.cells if c.cell_type == "code" for o in c.outputs)
    assert "○ Après l'exercice 3.6 : `attention_backward` n'est pas encore écrite." in shown
