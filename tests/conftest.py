"""Courses that tests share."""

import pytest
from courses import SAMPLE, load_module, make_mini_course


@pytest.fixture(scope="session")
def notebooks():
    """The module that makes the sample course's notebooks."""
    return load_module(SAMPLE / "notebook.py")


@pytest.fixture(scope="module")
def mini_course(tmp_path_factory, notebooks):
    """A released course of one exercise."""
    return make_mini_course(tmp_path_factory.mktemp("course"), notebooks.mini_notebook())
