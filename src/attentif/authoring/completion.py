"""What a release holds besides what nbgrader makes of source/: the library, the course's settings that students see,
and in each notebook a first and a last cell of ours.

Neither cell bears a grade id: the gradebook knows nothing of them, and hand-ins without them are graded as ever.
"""

from __future__ import annotations

import inspect
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from attentif.authoring.archive import archive, archive_name, beside_notebooks, digest_of
from attentif.authoring.first_cell import prepare_notebook
from attentif.authoring.student_wheel import PATTERN, REQUIREMENTS, build_wheel, requirements, wheel_name
from attentif.exercises.conventions import exercises_checked
from attentif.exercises.course import find_course
from attentif.exercises.handout import NAME, Handout
from attentif.exercises.settings import Settings, read_settings
from attentif.words import first_cell as words
from attentif.words.language import language

DRY_RUN = "ATTENTIF_DRY_RUN"  # set while a release is made only to be compared
_HIDDEN = {"jupyter": {"source_hidden": True}, "cellView": "form"}  # folded in JupyterLab and in Colab
_ILLUSTRATION = {"tags": ["illustration"]}  # grading leaves it out
_GITHUB = "https://raw.githubusercontent.com/"
_COLAB = "https://colab.research.google.com/"


def complete_release(assignment: str, student: str, notebooks: Iterable[str], **_: Any) -> None:
    """After ``nbgrader generate_assignment``: completes release/<assignment>."""
    course = find_course(Path.cwd())
    if course is not None and not os.environ.get(DRY_RUN):
        complete(course.release(assignment), read_settings(course.root))


def complete(release: Path, settings: Settings, *, wheels: Path | None = None) -> None:
    """Completes a folder that nbgrader has just written, named after its atelier; without a folder of checks it stays
    as it is. The library is the one in ``wheels``, if it is there: another machine's may have other bytes."""
    checks = release / "checks"
    if not checks.is_dir():
        return
    _put_wheel(checks, wheels)
    (release / REQUIREMENTS).write_text(requirements(), encoding="utf-8")
    handout = handout_of(settings, release.name)
    if handout.empty:
        (checks / NAME).unlink(missing_ok=True)
    else:
        (checks / NAME).write_text(handout.text(), encoding="utf-8")
    digest = digest_of(archive(release, beside_notebooks(release))) if settings.address else ""
    for path in sorted(release.glob("*.ipynb")):
        notebook = nbformat.read(path, 4)
        if any(exercises_checked(cell.source) for cell in notebook.cells if cell.cell_type == "code"):
            first, last = _first_cells(path, settings, digest), _last_cell(settings)
            if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
                for cell in (*first, last):
                    del cell["id"]  # which older formats do not know
            notebook.cells = [*first, *notebook.cells, last]
            nbformat.write(notebook, path)


def handout_of(settings: Settings, atelier: str) -> Handout:
    """What the students of an atelier see of the settings."""
    return Handout(
        settings.title,
        "" if settings.language == "fr" else settings.language,
        settings.places.get(atelier, settings.hand_in),
        settings.forum,
        settings.contact,
        settings.due.get(atelier),
    )


def colab_link(notebook: Path, settings: Settings) -> str:
    """Where Colab opens a notebook of a release that is served at the course's address."""
    served = f"{settings.address}/{quote(notebook.parent.name)}/{quote(notebook.name)}"
    if served.startswith(_GITHUB):
        owner, repository, branch, *path = served.removeprefix(_GITHUB).split("/")
        return "/".join([f"{_COLAB}github", owner, repository, "blob", branch, *path])
    return f"{_COLAB}#fileId={quote(served, safe='')}"


def _put_wheel(checks: Path, wheels: Path | None) -> None:
    for old in checks.glob(PATTERN):
        old.unlink()
    kept = wheels / wheel_name() if wheels is not None else None
    if kept is not None and kept.is_file():
        shutil.copyfile(kept, checks / kept.name)
    else:
        build_wheel(checks)


def _first_cells(path: Path, settings: Settings, digest: str) -> list[NotebookNode]:
    lang = language(settings.language)
    source = _preparation(path.parent.name, settings, digest)
    cell = new_code_cell(source, id="course-preparation", metadata={**_HIDDEN, **_ILLUSTRATION})
    if not settings.address:
        return [cell]
    badge = f"[![{words.BADGE.to(lang)}]({_COLAB}assets/colab-badge.svg)]({colab_link(path, settings)})"
    return [new_markdown_cell(badge, id="course-badge"), cell]


def _preparation(atelier: str, settings: Settings, digest: str) -> str:
    """The source of the first cell: the function of `first_cell`, called with this release's values."""
    lang = language(settings.language)
    address = f"{settings.address}/{quote(atelier)}/{archive_name(digest)}" if settings.address else ""
    values = {
        "address": address,
        "digest": digest,
        "no_address": words.NO_ADDRESS.to(lang),
        "failed": words.failed(address).to(lang),
        "other_archive": words.OTHER_ARCHIVE.to(lang),
        "no_library": words.NO_LIBRARY.to(lang),
        "done": words.DONE.to(lang),
    }
    function = "\n".join(line.partition("  # type:")[0] for line in inspect.getsource(prepare_notebook).splitlines())
    given = "\n".join(f"    {name}={value!r}," for name, value in values.items())
    call = f"prepare_notebook(\n{given}\n)\ndel prepare_notebook"
    return f"# @title {words.HEADING.to(lang)}\n{function}\n\n\n{call}"


def _last_cell(settings: Settings) -> NotebookNode:
    comment = words.SUMMARY.to(language(settings.language))
    return new_code_cell(f"# {comment}\ncheck.summary()", id="course-summary", metadata=dict(_ILLUSTRATION))
