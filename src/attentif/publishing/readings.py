"""What modules give to read: the sections « Pour lire » of their notebooks, collected so that they are written once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbformat import NotebookNode

_HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_ARXIV = re.compile(r"\barXiv[\s:](\d{4}\.\d{4,5})\b")
_WANTED = "pour lire"


def readings(notebook: NotebookNode) -> str:
    """The Markdown of its sections « Pour lire » without their headings, arXiv's numbers with their addresses; an empty
    text where it has none."""
    found: list[str] = []
    depth = 0  # of the section that is being collected; 0 outside of one
    for line, prose in _lines(notebook):
        heading = _HEADING.match(line) if prose else None
        if heading and (depth == 0 or len(heading[1]) <= depth):
            depth = len(heading[1]) if heading[2].lower().startswith(_WANTED) else 0
        elif depth:
            found.append(line)
    return _ARXIV.sub(r"[arXiv \1](https://arxiv.org/abs/\1)", "\n".join(found).strip())


def _lines(notebook: NotebookNode) -> Iterator[tuple[str, bool]]:
    """The lines of all Markdown cells, and whether each is outside of a block of code."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            outside = True
            for line in cell.source.splitlines():
                outside ^= bool(_FENCE.match(line))
                yield line, outside
            yield "", True
