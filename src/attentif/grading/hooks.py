"""Hooks that nbgrader calls before and after converting notebooks."""

from __future__ import annotations

import io
import logging
import os
import stat
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from attentif.checks.course import find_course

LOG = logging.getLogger(__name__)
LIBRARY = "attentif.zip"
DRY_RUN = "ATTENTIF_DRY_RUN"  # set while a release is made only to be compared


def ship_library(assignment: str, student: str, notebooks: Iterable[str], **_: Any) -> None:
    """After ``generate_assignment``: puts the library, as pip can install it, beside the public checks, so that a
    notebook opened in Colab installs exactly the version it was released with."""
    course = find_course(Path.cwd())
    if course is None or os.environ.get(DRY_RUN):
        return
    folder = course.root / "release" / assignment / "checks"
    if folder.is_dir():
        (folder / LIBRARY).write_bytes(library_archive(course.root))


def library_archive(root: Path) -> bytes:
    """A source archive of the library, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(_library_files(root)):
            info = zipfile.ZipInfo(f"attentif/{path.relative_to(root).as_posix()}", date_time=(2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, path.read_bytes())
    return buffer.getvalue()


def _library_files(root: Path) -> Iterator[Path]:
    yield from (root / name for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT.md"))
    package = root / "src" / "attentif"
    yield from (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def quarantine_special_files(assignment: str, student: str, notebooks: list[str], **_: Any) -> None:
    """Before ``autograde``: moves links and special files out of a submission, since nbgrader would follow them and
    copy what they point to. They are kept, named, in ``.attentif/quarantine/``."""
    for folder in {Path(notebook).parent for notebook in notebooks}:
        for path in _special_files(folder):
            course = find_course(folder.parent.parent)  # not the submission's own folder: anything may be in it
            home = (course.root if course else Path.cwd()) / ".attentif" / "quarantine"
            target = home / f"{folder.parent.name}-{folder.name}-{path.name}"
            home.mkdir(parents=True, exist_ok=True)
            LOG.warning("%s is a link or a special file: moved to %s", path, target)
            os.replace(path, _free(target))


def _special_files(folder: Path) -> list[Path]:
    found = []
    for parent, folders, files in os.walk(folder, followlinks=False):
        for name in [*folders, *files]:
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                found.append(path)
    return found


def _free(path: Path) -> Path:
    number, candidate = 1, path
    while os.path.lexists(candidate):
        candidate = path.with_name(f"{path.name}.{number}")
        number += 1
    return candidate
