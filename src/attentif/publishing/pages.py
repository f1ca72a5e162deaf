"""A notebook as the site shows it: pictures with their text, code that is not the point folded away."""

from __future__ import annotations

import hashlib
import html
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from attentif.publishing.executed import to_be_answered
from attentif.publishing.figures import Figure, picture

_KEPT = ("kernelspec", "language_info")
FIGURES = "_static/figures"
_INSTALLS = "attentif-*.whl"  # the first cell of a notebook, which installs the library in Colab


def page(notebook: NotebookNode, top: str, site: Path, up: str, where: str) -> NotebookNode:
    """A copy for the site's source folder ``site``: the Markdown ``top`` follows its title, its pictures are files of
    the site, ``up`` leads from the page to the site's root. Raises UndescribedPicture, which names ``where``."""
    made = NotebookNode({**notebook, "metadata": _metadata(notebook), "cells": []})
    for cell in notebook.cells:
        made.cells.append(_cell(cell, site, up, f"{where}, cell {cell.id}"))
    first = next((n for n, cell in enumerate(made.cells) if cell.cell_type == "markdown"), -1)
    made.cells[first : first + 1] = _with_top(made.cells[first], top) if first >= 0 else [new_markdown_cell(top)]
    return made


def _metadata(notebook: NotebookNode) -> NotebookNode:
    """What says how to colour code, and nothing else: the state of widgets would be fetched from a CDN."""
    return NotebookNode({name: value for name, value in notebook.metadata.items() if name in _KEPT})


def _with_top(title: NotebookNode, top: str) -> list[NotebookNode]:
    """The title's cell in two, with what stands between."""
    heading, _, rest = title.source.partition("\n")
    return [new_markdown_cell(f"{heading}\n\n{top}\n\n{rest.strip()}", id=title.id)]


def _cell(cell: NotebookNode, site: Path, up: str, where: str) -> NotebookNode:
    if cell.cell_type != "code":
        return NotebookNode({**cell, "metadata": {}})
    tags = [tag] if (tag := _fold(cell)) else []
    outputs = [_output(output, site, up, where) for output in cell.outputs if output.get("name") != "stderr"]
    return NotebookNode({**cell, "metadata": {"tags": tags}, "outputs": outputs, "execution_count": None})


def _fold(cell: NotebookNode) -> str:
    """myst-nb's name for what becomes of a cell's code; an empty text where it is shown."""
    tags = cell.metadata.get("tags", [])
    if _INSTALLS in cell.source or "question" in tags:
        return "remove-input"
    if "illustration" in tags or cell.metadata.get("slideshow", {}).get("slide_type") in ("fragment", "subslide"):
        return "" if to_be_answered(cell) else "hide-input"
    return ""


def _output(output: NotebookNode, site: Path, up: str, where: str) -> NotebookNode:
    drawn = picture(output, where)
    if drawn is None:
        return output
    return new_output("display_data", {"text/html": _image(drawn, site, up)})


def _image(drawn: Figure, site: Path, up: str) -> str:
    name = f"{hashlib.sha256(drawn.png).hexdigest()[:16]}.png"
    folder = site / FIGURES
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(drawn.png)
    width = f' width="{drawn.width}"' if drawn.width else ""
    alt = html.escape(drawn.alt)
    return f'<img class="figure" src="{up}{FIGURES}/{name}" alt="{alt}"{width} loading="lazy">'
