"""A course of one module and one atelier, published once for all tests of this folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from courses import ROOT, attentif, make_course
from publishing.sample_lesson import write_sample

from attentif.exercises.course import Course

SETTINGS = """\
title = "Le cours d'essai"
address = "https://github.com/universite/cours"
forum = "https://forum.example.org/transformer"
contact = "cours@example.org"
"""


@dataclass(frozen=True)
class Published:
    """A course, its site, and its decks as they lie beside the site's pages."""

    course: Course
    site: Path

    @property
    def decks(self):
        return self.site / "diapositives"


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """The site, built by the command from a clean folder: a warning of Sphinx's would have stopped it."""
    pytest.importorskip("sphinx", reason="pip install -e '.[site]'")
    course = make_course(tmp_path_factory.mktemp("published") / "course")
    shutil.copytree(ROOT / "docs", course.root / "docs")
    write_sample(course.root, "module1")
    write_sample(course.root, "atelier1")
    (course.root / "course.toml").write_text(SETTINGS, encoding="utf-8")
    attentif(course, "site")
    return Published(course, course.root / "build" / "site")
