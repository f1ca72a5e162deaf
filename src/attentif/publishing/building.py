"""The two things that are published: the site, by Sphinx, and the decks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from attentif.exercises.course import Course
from attentif.exercises.settings import read_settings
from attentif.publishing.deck import write_deck, write_shared
from attentif.publishing.executed import executed
from attentif.publishing.lessons import Lesson
from attentif.publishing.slides import slides
from attentif.publishing.sources import EXTRA, SLIDES, SiteSource


class NotBuilt(Exception):
    """Sphinx refused something, or there is nothing to build; the text is what it said."""


@dataclass(frozen=True)
class Places:
    """Where what is built lies; ``executed`` is kept from one build to the next."""

    source: Path
    site: Path
    slides: Path
    executed: Path


def places(course: Course) -> Places:
    """The course's own, in folders that are never committed."""
    build = course.root / "build"
    return Places(build / "site-source", build / "site", build / "slides", course.state / "executed")


def build_decks(course: Course, lessons: Iterable[Lesson], into: Path, cache: Path) -> list[Path]:
    """A deck for each module among the lessons, and what decks share. Raises NotExecuted, UndescribedPicture,
    NotInstalled."""
    made, title = [], read_settings(course.root).title
    for lesson in lessons:
        if lesson.is_module and lesson.notebooks:
            pages = [page for one in lesson.notebooks for page in slides(executed(lesson, one, cache), lesson.name)]
            made.append(into / f"{lesson.name}.html")
            write_deck(pages, lesson.notebooks[0].title, title, made[-1])
    if made:
        write_shared(into)
    return made


def build_site(course: Course, lessons: Sequence[Lesson], where: Places) -> Path:
    """The site with its decks; its first page. A warning of Sphinx's is an error. Raises NotBuilt, and what
    `build_decks` raises."""
    if not lessons:
        raise NotBuilt("release/ holds no notebook")
    settings = read_settings(course.root)
    decks = any(lesson.is_module for lesson in lessons)
    SiteSource(course, settings, list(lessons), where.source, where.executed, decks).write()
    build_decks(course, lessons, where.source / EXTRA / SLIDES, where.executed)
    values = [f"{name}={value}" for name, value in (("forum", settings.forum), ("contact", settings.contact)) if value]
    command = [
        sys.executable, "-m", "sphinx", "-q", "-E", "-W", "--keep-going", "-b", "html",
        *(part for value in values for part in ("-A", value)),
        *(["-D", f"project={settings.title}", "-D", f"html_title={settings.title}"] if settings.title else []),
        str(where.source), str(where.site),
    ]  # fmt: skip
    done = subprocess.run(command, env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True)
    if done.returncode:
        raise NotBuilt(done.stdout + done.stderr)
    return where.site / "index.html"
