"""Pictures among a cell's outputs, each with what it says to who cannot see it."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from nbformat import NotebookNode


class UndescribedPicture(Exception):
    """A picture of the course says nothing to who cannot see it."""


@dataclass(frozen=True)
class Figure:
    """A PNG, its alternative text, and how wide it is to be shown (CSS pixels; 0: as wide as it is)."""

    png: bytes
    alt: str
    width: int = 0


def picture(output: NotebookNode, where: str) -> Figure | None:
    """The picture that an output is; None if it is none. Raises UndescribedPicture, which names ``where``."""
    data = output.get("data", {})
    if "image/png" not in data:
        return None
    said = output.get("metadata", {}).get("image/png", {})
    alt = str(said.get("alt", "")).strip()
    if not alt:
        raise UndescribedPicture(f"{where}: a picture without alternative text")
    return Figure(base64.b64decode(data["image/png"]), alt, int(said.get("width", 0)))
