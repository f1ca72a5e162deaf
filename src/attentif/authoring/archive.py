"""Archives of a release: the same bytes for the same files, on every machine.

Nothing is compressed: two machines' zlib need not give the same bytes, and a notebook holds the archive's digest.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

_TIME = (1980, 1, 1, 0, 0, 0)


def beside_notebooks(release: Path) -> list[Path]:
    """The files of a release that its notebooks need beside them: all others."""
    return [path for path in whole_release(release) if path.suffix != ".ipynb"]


def whole_release(release: Path) -> list[Path]:
    """The files of a release."""
    return [path for path in sorted(release.rglob("*")) if path.is_file() and not _is_scratch(path)]


def _is_scratch(path: Path) -> bool:
    return any(part in ("__pycache__", ".ipynb_checkpoints") for part in path.parts)


def archive(folder: Path, files: Iterable[Path], prefix: str = "") -> bytes:
    """A zip of the files, under their names in ``folder``, each behind ``prefix``."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as target:
        for path in files:
            entry = zipfile.ZipInfo(prefix + path.relative_to(folder).as_posix(), _TIME)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            target.writestr(entry, path.read_bytes())
    return written.getvalue()


def digest_of(content: bytes) -> str:
    """The SHA-256 that a notebook holds."""
    return hashlib.sha256(content).hexdigest()


def archive_name(digest: str) -> str:
    """What the archive is called where it is served: notebooks that were released earlier still find theirs."""
    return f"colab-{digest[:12]}.zip"
