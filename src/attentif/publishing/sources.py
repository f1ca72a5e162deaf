"""The site's source folder: what Sphinx reads, put together from ``docs/``, ``release/`` and ``course.toml``."""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from attentif.exercises.course import Course
from attentif.exercises.settings import Settings
from attentif.publishing.bundled import copy_mathjax
from attentif.publishing.executed import executed
from attentif.publishing.lessons import Lesson, LessonNotebook
from attentif.publishing.pages import page
from attentif.publishing.readings import readings

COURSE, GUIDES, EXTRA = "cours", "guides", "_extra"  # EXTRA is copied as it is
SLIDES, DOWNLOADS = "diapositives", "a-telecharger"
SCREENSHOTS = "screenshots"  # beside the guides that show them
_CODE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+([^)]*)\)")  # a guide's link to a file of the repository
_ANCHOR = re.compile(r'^<a id="([\w-]+)"></a>', re.MULTILINE)  # a place in a guide, as GitHub understands it
_GITHUB = re.compile(r"^https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?$")


@dataclass(frozen=True)
class SiteSource:
    """Makes the folder ``into`` of the lessons of a course. ``decks`` says whether slides lie in its EXTRA folder."""

    course: Course
    settings: Settings
    lessons: list[Lesson]
    into: Path
    cache: Path
    decks: bool = True
    branch: str = field(default="main")

    def write(self) -> None:
        """Writes it anew. Raises NotExecuted, UndescribedPicture, NotInstalled."""
        shutil.rmtree(self.into, ignore_errors=True)
        shutil.copytree(self.course.root / "docs" / "site", self.into)
        copy_mathjax(self.into / "_static" / "mathjax")
        for lesson in self.lessons:
            self._lesson(lesson)
        self._guides()
        self._pages()

    def _lesson(self, lesson: Lesson) -> None:
        folder = self.into / COURSE / lesson.name
        folder.mkdir(parents=True)
        for one in lesson.notebooks:
            notebook = executed(lesson, one, self.cache) if lesson.is_module else one.notebook
            where = f"{lesson.name}/{one.path.name}"
            made = page(notebook, self._top(lesson, one), self.into, "../../", where)
            nbformat.write(made, folder / one.path.name)
        self._archive(lesson)

    def _top(self, lesson: Lesson, one: LessonNotebook) -> str:
        """What can be done with a notebook: open it elsewhere, take it home, project it."""
        links = []
        if colab := self.colab(lesson, one):
            links.append(f'<a class="badge" href="{colab}">Ouvrir dans Colab</a>')
        links.append(f'<a class="badge" href="../../{DOWNLOADS}/{lesson.name}.zip">Télécharger ({lesson.name}.zip)</a>')
        if lesson.is_module and self.decks:
            links.append(f'<a class="badge" href="../../{SLIDES}/{lesson.name}.html">Diapositives</a>')
        return f'<p class="badges">{" ".join(links)}</p>'

    def colab(self, lesson: Lesson, one: LessonNotebook) -> str:
        """Where Colab opens a notebook; an empty text unless the course's address is a repository on GitHub."""
        repository = _GITHUB.match(self.settings.address)
        path = f"blob/{self.branch}/release/{lesson.name}/{one.path.name}"
        return f"https://colab.research.google.com/github/{repository[1]}/{path}" if repository else ""

    def _archive(self, lesson: Lesson) -> None:
        """The released folder in one file, the same bytes for the same folder."""
        archive = self.into / EXTRA / DOWNLOADS / f"{lesson.name}.zip"
        archive.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            for path in sorted(path for path in lesson.folder.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(f"{lesson.name}/{path.relative_to(lesson.folder).as_posix()}")
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                opened.writestr(entry, path.read_bytes())

    def _guides(self) -> None:
        folder = self.into / GUIDES
        folder.mkdir(exist_ok=True)
        for path in sorted((self.course.root / "docs").glob("*.md")):
            (folder / path.name).write_text(self._guide(path.read_text(encoding="utf-8")), encoding="utf-8")
        pictures = self.course.root / "docs" / SCREENSHOTS
        if pictures.is_dir():
            shutil.copytree(pictures, folder / SCREENSHOTS, dirs_exist_ok=True)

    def _guide(self, text: str) -> str:
        """Links to the repository's files lead to its address; where it has none, their words stay."""
        repository = _GITHUB.match(self.settings.address)
        base = f"https://github.com/{repository[1]}/blob/{self.branch}/" if repository else ""
        text = _CODE.sub(lambda link: f"[{link[1]}]({base}{link[2]})" if base else link[1], text)
        return _ANCHOR.sub(r"(\1)=\n", text)

    def _pages(self) -> None:
        """The pages of docs/site, which are templates."""
        environment = Environment(loader=FileSystemLoader(self.into), undefined=StrictUndefined, trim_blocks=True)
        modules = [lesson for lesson in self.lessons if lesson.is_module]
        texts = [(lesson, "\n\n".join(readings(one.notebook) for one in lesson.notebooks)) for lesson in modules]
        known = {
            "settings": self.settings,
            "modules": modules,
            "ateliers": [lesson for lesson in self.lessons if not lesson.is_module],
            "readings": [(lesson, text) for lesson, text in texts if text.strip()],
            "guides": sorted(path.stem for path in (self.into / GUIDES).glob("*.md")),
            "decks": self.decks,
        }
        for path in sorted(self.into.glob("*.md")):
            text = environment.get_template(path.name).render(**known)
            if text.strip():
                path.write_text(text, encoding="utf-8")
            else:
                path.unlink()  # a page of what this course does not have
