"""What tests of the student's machine share."""

import shutil

import pytest


@pytest.fixture
def folder(mini_course, tmp_path, monkeypatch):
    """The released folder, as a student has it, and the current directory."""
    target = tmp_path / "mini"
    shutil.copytree(mini_course.root / "release" / "mini", target)
    monkeypatch.chdir(target)
    monkeypatch.delenv("ATTENTIF_CHECKS", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    return target
