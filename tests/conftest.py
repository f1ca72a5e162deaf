"""Courses that tests share, and which tests run in one process."""

import shutil
from pathlib import PurePath

import pytest
from courses import SAMPLE, load_module, make_mini_course

from attentif.exercises.course import Course

# Files that take a minute or more.
LONG = ("test_scheduler", "test_sandbox", "test_hand_written", "test_pipeline", "test_authoring", "test_demo")


def pytest_itemcollected(item):
    """What shares something that is costly to make runs in one process: the tests of a file, or, in a file that says
    `APART_BY = "parameter"`, the tests with the same value of it (exercises: in all such files)."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    by = getattr(item.module, "APART_BY", None)
    group = f"{by} {parameters[by]}" if by in parameters else item.nodeid.partition("::")[0]
    item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    """Groups one after another, each at its turn: the longest begin, so that the processes end together."""
    yield
    groups = {group: number for number, group in enumerate(dict.fromkeys(map(_group, items)))}
    items.sort(key=lambda item: (_turn(_group(item)), groups[_group(item)]))


def _group(item):
    return item.get_closest_marker("xdist_group").args[0]


def _turn(group):
    """Classes first, then long files, then files; exercises, of which there are many small ones, fill the end."""
    if "/" not in group:
        return 3 if group.startswith("exercise ") else 0
    return 1 if PurePath(group).stem in LONG else 2


@pytest.fixture(scope="session")
def notebooks():
    """The module that makes the sample course's notebooks."""
    return load_module(SAMPLE / "notebook.py")


@pytest.fixture(scope="session")
def released_mini_course(tmp_path_factory, notebooks):
    """A released course of one exercise: to copy, not to change."""
    return make_mini_course(tmp_path_factory.mktemp("course"), notebooks.mini_notebook())


@pytest.fixture(scope="module")
def mini_course(tmp_path_factory, released_mini_course):
    """A released course of one exercise, the module's own."""
    folder = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(released_mini_course.root, folder, symlinks=True)
    return Course(folder)
