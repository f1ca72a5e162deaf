"""A folder for a web server: notebooks, what those that come alone fetch, each atelier whole, and a page of links."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jinja2

from attentif.authoring.archive import archive, archive_name, beside_notebooks, digest_of, whole_release
from attentif.authoring.completion import colab_link
from attentif.exercises.course import Course
from attentif.exercises.settings import Settings
from attentif.words import publishing as words
from attentif.words.classroom import FORUM
from attentif.words.language import Language, language
from attentif.words.progress import contact, until

INDEX = "index.html"


class CannotPublish(Exception):
    """Notebooks would not find what they need; the text says what to do first."""


@dataclass(frozen=True)
class PublishedNotebook:
    """``link``: relative to the page; ``colab``: where Colab opens it."""

    name: str
    link: str
    colab: str


@dataclass(frozen=True)
class PublishedAtelier:
    """What the page says of an atelier; ``size`` of the whole folder in MB."""

    name: str
    folder: str
    size: float
    due: datetime | None
    notebooks: tuple[PublishedNotebook, ...]


def publish(course: Course, settings: Settings, ateliers: Sequence[str], folder: Path) -> list[Path]:
    """Writes the ateliers' released files into ``folder``, and the page of links; returns what was written. What is
    there stays: notebooks that were handed out earlier go on finding their own archive.

    Raises CannotPublish, before anything is written, where there is no address, or a release was made before the
    address or another of its files changed."""
    if not settings.address:
        raise CannotPublish("course.toml gives no address: notebooks would not know where to fetch what they need")
    contents: dict[Path, bytes] = {}
    said = []
    for atelier in ateliers:
        release = course.release(atelier)
        content = archive(release, beside_notebooks(release))
        name = archive_name(digest_of(content))
        notebooks = sorted(release.glob("*.ipynb"))
        wanted = f"{settings.address}/{atelier}/{name}"
        if not notebooks or not all(wanted in path.read_text(encoding="utf-8") for path in notebooks):
            raise CannotPublish(f"release/{atelier} is older than course.toml or its files: attentif release {atelier}")
        whole = archive(release, whole_release(release), f"{atelier}/")
        contents[folder / atelier / name] = content
        contents[folder / f"{atelier}.zip"] = whole
        contents |= {folder / atelier / path.name: path.read_bytes() for path in notebooks}
        listed = (
            PublishedNotebook(path.stem, f"{atelier}/{path.name}", colab_link(path, settings)) for path in notebooks
        )
        due = settings.due.get(atelier)
        said.append(PublishedAtelier(atelier, f"{atelier}.zip", len(whole) / 1e6, due, tuple(listed)))
    contents[folder / INDEX] = page(settings, said).encode()
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return list(contents)


def page(settings: Settings, ateliers: Sequence[PublishedAtelier]) -> str:
    """The page of links, in the course's language."""
    lang: Language = language(settings.language)
    return _template().render(
        settings=settings,
        ateliers=ateliers,
        lang=lang,
        words=words,
        until=until,
        contact=contact,
        forum=FORUM,
        said=lambda text: text.to(lang),
    )


@functools.cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("attentif.authoring", "templates")
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True).get_template("index.html.j2")
