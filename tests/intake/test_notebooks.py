"""Notebooks from other programs and of other versions are read; only what is none is refused, with what to do."""

import json
import os

import nbformat
import pytest
from intake.editors import DEVIATIONS, EDITORS
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from attentif.intake.notebooks import UNREADABLE_KEY, read_notebook
from attentif.intake.timestamps import read
from attentif.intake.verdicts import Refused

MARK = {"nbgrader": {"grade_id": "center", "schema_version": 3}, "tags": ["illustration"]}
SOURCE = new_notebook(
    metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    cells=[new_markdown_cell("# Titre\n\nTexte"), new_code_cell("a = 1\n\nb = 2", metadata=MARK)],
)
TEXT = nbformat.writes(SOURCE)


def test_an_ordinary_notebook_is_unchanged():
    read = read_notebook(TEXT.encode())
    assert read == SOURCE


@pytest.mark.parametrize("name", [*EDITORS, *DEVIATIONS])
def test_nothing_that_was_written_is_lost(name):
    content = (EDITORS | DEVIATIONS)[name](SOURCE)
    read = read_notebook(json.dumps(content).encode())
    nbformat.validate(read)
    assert (read.nbformat, read.nbformat_minor) == (4, 5)
    assert len({cell.id for cell in read.cells}) == len(read.cells)
    sources = [cell.source for cell in read.cells]
    assert "# Titre\n\nTexte" in sources
    if name != "old_and_its_check_deleted":
        code = read.cells[sources.index("a = 1\n\nb = 2")]
        assert code.cell_type == "code"
        assert code.metadata.nbgrader == MARK["nbgrader"]
        assert name == "strange_cell_metadata" or code.metadata.tags == ["illustration"]


@pytest.mark.parametrize("name", [*EDITORS, *DEVIATIONS])
def test_what_is_read_is_what_is_written_and_read_again(name):
    content = (EDITORS | DEVIATIONS)[name](SOURCE)
    once = read_notebook(json.dumps(content).encode())
    assert read_notebook(json.dumps(once).encode()) == once


def test_an_old_notebook_is_upgraded():
    old = {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [{"cells": [{"cell_type": "code", "input": ["2"], "outputs": [], "language": "python"}]}],
    }
    assert read_notebook(json.dumps(old).encode()).cells[0].source == "2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are(encoding):
    assert read_notebook(TEXT.encode(encoding)) == SOURCE


def test_a_notebook_cannot_claim_to_be_unreadable():
    notebook = read_notebook(TEXT.replace('"metadata": {\n  "kernelspec"', '"metadata": {"' + UNREADABLE_KEY + '": "x",\n  "kernelspec"').encode())  # fmt: skip  # noqa: E501
    assert UNREADABLE_KEY not in notebook.metadata


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        bytes(1000),
        TEXT[: len(TEXT) // 2].encode(),
        b"\xff\xfe\x00",
        b"[]",
        b'"text"',
        b"{}",
        b"<!DOCTYPE html><html></html>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        b'{"cells": [3], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        b'{"cells": [{"a": []}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        b'{"worksheets": 3, "nbformat": 3, "nbformat_minor": 0, "metadata": {}}',
        b"[" * 200_000,
        b'{"a": ' * 200_000,
        b'{"cells": ' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_no_notebook_is_refused_with_what_to_do(content):
    with pytest.raises(Refused) as caught:
        read_notebook(content)
    assert "enregistrez-le" in caught.value.reason.fr
    assert "save it" in caught.value.reason.en


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, [[]], {"a": 1}, float("nan"), -1, True, "\ud800", 10**30])
def test_wrong_values_anywhere_are_repaired_or_refused(value):
    """Each value of a notebook is replaced in turn; whatever comes of it is a notebook, or a refusal."""

    def places(node, path=()):
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, child in items:
            yield (*path, key)
            yield from places(child, (*path, key))

    whole = new_notebook(metadata=SOURCE.metadata, cells=[*SOURCE.cells, new_code_cell("1", outputs=[
        {"output_type": "stream", "name": "stdout", "text": "x"},
        {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["t"]},
        {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}}])])  # fmt: skip
    read = 0
    for path in places(whole):
        content = json.loads(json.dumps(whole))
        node = content
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
        try:
            nbformat.validate(read_notebook(json.dumps(content).encode()))
            read += 1
        except Refused:
            assert path[0] == "cells"
            assert len(path) <= 2
    assert read > 30


@pytest.mark.parametrize("content", [b"yesterday", b"\xff" * 1000, b"", b"2026-13-45 00:00:00", b"1" * 300])
def test_what_is_no_time_is_none(tmp_path, content):
    (tmp_path / "timestamp.txt").write_bytes(content)
    assert read(tmp_path / "timestamp.txt") is None


def test_a_time_is_read_and_nothing_else_is_waited_for(tmp_path):
    (tmp_path / "time").write_text("2026-01-02 03:04:05 UTC")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("time")
    assert read(tmp_path / "time").hour == 3
    for name in ("pipe", "link", "nothing", "."):
        assert read(tmp_path / name) is None
