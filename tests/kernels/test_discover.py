"""What a solved notebook imports is found once, recorded, and preloaded."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from attentif.kernels.outside import discover, templates
from attentif.kernels.outside.discover import DiscoveryFailed, discover_imports, parse_modules, validated


def write_notebook(path: Path, *sources: str) -> Path:
    """A notebook of code cells; a cell that starts with "check" is an nbgrader check."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for cell in cells:
        if cell.source.startswith("check"):
            cell.metadata["nbgrader"] = {"grade": True, "solution": False, "locked": True}
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_names_are_found_recorded_and_preloaded(tmp_path, start, monkeypatch):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "mine.py").write_text("import wave")
    notebook = write_notebook(folder / "solved.ipynb", "import mine", "check('x')")
    names = discover_imports(notebook, tmp_path / "state")
    assert "wave" in names
    assert "mine" not in names
    assert "ipykernel.kernelapp" in names
    assert all(isinstance(name, str) for name in names)
    (record,) = (tmp_path / "state").iterdir()
    assert json.loads(record.read_text())["modules"] == names

    monkeypatch.setattr(discover, "_run", lambda *a, **k: pytest.fail("the record was not used"))
    assert discover_imports(notebook, tmp_path / "state") == names
    kernel = start(preload=names)
    assert kernel.value("'wave' in __import__('sys').modules") == "True"
    assert templates.get_template(kernel.manager.forked.environment).failed_modules == []


def test_a_changed_notebook_runs_again(tmp_path):
    notebook = write_notebook(tmp_path / "solved.ipynb", "import wave")
    assert "colorsys" not in discover_imports(notebook, tmp_path / "state")
    write_notebook(notebook, "import colorsys")
    assert "colorsys" in discover_imports(notebook, tmp_path / "state")


def test_a_spoilt_record_is_not_used(tmp_path):
    notebook = write_notebook(tmp_path / "solved.ipynb", "import wave")
    names = discover_imports(notebook, tmp_path / "state")
    (record,) = (tmp_path / "state").iterdir()
    data = json.loads(record.read_text())
    for spoilt in ("not json", json.dumps(data | {"modules": ["os; import evil"]}), json.dumps(data | {"modules": 3})):
        record.write_text(spoilt)
        assert discover_imports(notebook, tmp_path / "state") == names


def test_a_notebook_that_fails_is_reported(tmp_path):
    with pytest.raises(DiscoveryFailed, match="ZeroDivisionError"):
        discover_imports(write_notebook(tmp_path / "solved.ipynb", "1/0"), tmp_path / "state")
    assert not (tmp_path / "state").exists()


def test_a_figure_that_fails_costs_what_it_would_have_imported(tmp_path):
    """It may need a model, which is not there; the rest of the notebook says what it imports."""
    notebook = nbformat.read(write_notebook(tmp_path / "solved.ipynb", "1/0\nimport colorsys", "import wave"), 4)
    notebook.cells[0].metadata["tags"] = ["illustration"]
    nbformat.write(notebook, tmp_path / "solved.ipynb")
    names = discover_imports(tmp_path / "solved.ipynb", tmp_path / "state")
    assert "wave" in names
    assert "colorsys" not in names


@pytest.mark.parametrize("names", ["os", [1], ["a b"], ["a;b"], ["x" * 300], ["os"] * 30_000, ["../x"], [".a"], None])
def test_only_lists_of_names_are_valid(names):
    with pytest.raises(ValueError):
        validated(names)


def test_an_odd_answer_is_refused():
    for content in ({}, {"user_expressions": {"modules": {"data": {"text/plain": "open('x')"}}}}):
        with pytest.raises(DiscoveryFailed):
            parse_modules(content)
