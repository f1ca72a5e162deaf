"""Where models lie on this machine, and how a folder appears there: whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from attentif.models import messages
from attentif.models.catalogue import PackagedModel
from attentif.models.errors import ModelUnavailable

MARGIN = 5_000_000  # bytes that are left free
_FULL = (errno.ENOSPC, errno.EDQUOT)


def cache_folder() -> Path:
    """``$ATTENTIF_CACHE``, else ``attentif`` in ``$XDG_CACHE_HOME``, else ``~/.cache/attentif``."""
    chosen = os.environ.get("ATTENTIF_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "attentif"


def model_folder(cache: Path, package: PackagedModel) -> Path:
    """The folder of a packaged model; it need not exist."""
    return cache / "models" / f"{package.name}-{package.version}"


def is_whole(folder: Path, package: PackagedModel) -> bool:
    """Whether every file of the model is there, to the last bit."""
    paths = {name: folder / name for name in package.files}
    if not all(path.is_file() and path.stat().st_size == package.files[name].size for name, path in paths.items()):
        return False
    return all(digest(path) == package.files[name].sha256 for name, path in paths.items())


def digest(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            found.update(piece)
    return found.hexdigest()


@contextmanager
def writing(cache: Path, needed: int = 0) -> Iterator[None]:
    """The cache for one process at a time, with room for ``needed`` bytes.

    Raises ModelUnavailable where the disk is or becomes full, or nothing may be written."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / ".lock"):
            check_space(cache, needed)
            yield
    except OSError as error:
        if error.errno in _FULL:
            raise ModelUnavailable(messages.no_space(cache, needed, shutil.disk_usage(cache).free)) from error
        raise ModelUnavailable(messages.no_access(cache, error.strerror or type(error).__name__)) from error


def check_space(folder: Path, needed: int) -> None:
    """Raises ModelUnavailable if ``needed`` bytes do not fit in ``folder``."""
    free = shutil.disk_usage(folder).free
    if free < needed + MARGIN:
        raise ModelUnavailable(messages.no_space(folder, needed + MARGIN, free))


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A new empty folder that becomes ``folder`` when all went well, and vanishes when not."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    mark = f".{folder.name}-{secrets.token_hex(4)}"
    scratch, former = folder.parent / mark, folder.parent / f"{mark}-former"
    scratch.mkdir()
    try:
        yield scratch
        if folder.exists():  # a folder that is not whole cannot be replaced, only moved away
            folder.rename(former)
        scratch.replace(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(former, ignore_errors=True)
