"""Files that students hand in: read with care, and never followed out of the submission."""

import json
import os

import nbformat
import pytest

from attentif.grading.exporter import UNREADABLE, SubmissionExporter, UnreadableNotebook, read_submission
from attentif.grading.hooks import quarantine_special_files

NOTEBOOK = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]))


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_notebook_is_read(tmp_path):
    assert read_submission(write(tmp_path / "a.ipynb", NOTEBOOK)).cells[0].source == "1 + 1"


def test_an_old_notebook_is_upgraded(tmp_path):
    old = {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [{"cells": [{"cell_type": "code", "input": ["2"], "outputs": [], "language": "python"}]}],
    }
    assert read_submission(write(tmp_path / "a.ipynb", json.dumps(old))).cells[0].source == "2"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        NOTEBOOK[: len(NOTEBOOK) // 2].encode(),
        b"\xff\xfe\x00",
        b"[]",
        b'"text"',
        b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        b'{"cells": [{"cell_type": "code"}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        b"[" * 200_000,
    ],
)
def test_what_is_no_notebook_is_refused_with_a_reason(tmp_path, content):
    with pytest.raises(UnreadableNotebook) as caught:
        read_submission(write(tmp_path / "a.ipynb", content))
    assert str(caught.value).endswith(".")


def test_a_link_is_not_followed(tmp_path):
    solution = write(tmp_path / "solution.ipynb", NOTEBOOK)
    os.symlink(solution, tmp_path / "a.ipynb")
    with pytest.raises(UnreadableNotebook, match="lien"):
        read_submission(tmp_path / "a.ipynb")


def test_a_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "a.ipynb")
    with pytest.raises(UnreadableNotebook):
        read_submission(tmp_path / "a.ipynb")


def test_a_huge_file_is_not_read(tmp_path):
    with (tmp_path / "a.ipynb").open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(UnreadableNotebook, match="200 Mo"):
        read_submission(tmp_path / "a.ipynb")


def test_the_exporter_stands_in_for_an_unreadable_notebook(tmp_path):
    path = write(tmp_path / "a.ipynb", "{")
    output, _ = SubmissionExporter().from_filename(str(path))
    notebook = nbformat.reads(output, 4)
    assert "JSON" in notebook.metadata[UNREADABLE]
    assert "n'a pas pu être lu" in notebook.cells[0].source


def test_links_are_moved_aside_before_nbgrader_copies_them(tmp_path, monkeypatch):
    (tmp_path / "nbgrader_config.py").touch()
    secret = write(tmp_path / "secret", "s3cret")
    folder = tmp_path / "submitted" / "eve" / "atelier3"
    (folder / "data").mkdir(parents=True)
    write(folder / "a.ipynb", NOTEBOOK)
    os.symlink(secret, folder / "data" / "notes.txt")
    os.symlink(tmp_path, folder / "everything")
    os.mkfifo(folder / "pipe")
    quarantine_special_files("atelier3", "eve", [str(folder / "a.ipynb")])
    assert sorted(p.name for p in folder.rglob("*")) == ["a.ipynb", "data"]
    kept = tmp_path / ".attentif" / "quarantine"
    assert {p.name.removeprefix("eve-atelier3-") for p in kept.iterdir()} == {"notes.txt", "everything", "pipe"}
    assert secret.read_text() == "s3cret"
