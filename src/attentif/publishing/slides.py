"""A module's notebook as slides: each cell says by its slideshow metadata what it is in the deck.

``slide`` and ``subslide`` begin a slide, ``fragment`` comes at a click, ``notes`` is what the speaker says, ``skip`` is
the notebook's alone, and ``-``, or nothing, goes on. Code is not shown, what it draws and prints is. A picture that
comes at a click has a page of its own under the same heading: it is read from the last row.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nbformat import NotebookNode

from attentif.publishing.figures import Figure, picture
from attentif.publishing.markdown import to_html

_ELSEWHERE = re.compile(r'<a href="(?!https?:)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)  # to a file that no deck has beside it
_HEADING = re.compile(r"<h[2-6]>.*?</h[2-6]>", re.DOTALL)
_ALIGNED = re.compile(r"\S {2,}\S")  # columns, which a new line would put out of order
_TAG = re.compile(r"<[^>]*>")
_FEW = 260  # characters, formulas included, that leave a page room for larger letters
_BEGINS = ("slide", "subslide")


@dataclass(frozen=True)
class Part:
    """A piece of a slide: its HTML, whether it is a picture, and whether it comes at a click."""

    html: str
    picture: bool = False
    fragment: bool = False


@dataclass
class Slide:
    """What one page shows, and what is said meanwhile; ``cell`` is the id of the notebook's cell that begins it."""

    cell: str
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def airy(self) -> bool:
        """Whether there is so little on it that it can be written larger."""
        return not any(part.picture for part in self.parts) and sum(map(len, map(_words, self.parts))) <= _FEW


def slides(notebook: NotebookNode, where: str) -> list[Slide]:
    """The slides of an executed notebook. Raises UndescribedPicture, which names ``where``."""
    made: list[Slide] = []
    for cell in notebook.cells:
        role = cell.metadata.get("slideshow", {}).get("slide_type") or "-"
        if role == "skip":
            continue
        shown = list(_shown(cell, role == "fragment", f"{where}, cell {cell.id}"))
        if role == "notes":
            if made:
                made[-1].notes += [part.html for part in shown if not part.picture]
            continue
        if shown and role == "fragment" and made and any(part.picture for part in shown):
            made.append(Slide(cell.id, _heading(made[-1])))
            shown = [replace(part, fragment=False) for part in shown]
        elif shown and (role in _BEGINS or not made):
            made.append(Slide(cell.id))
        if shown:
            made[-1].parts += shown
    return made


def _heading(slide: Slide) -> list[Part]:
    """The heading of a slide, for the one that goes on with it."""
    found = _HEADING.search("".join(part.html for part in slide.parts))
    return [Part(found[0])] if found else []


def _words(part: Part) -> str:
    return _TAG.sub("", part.html)


def _shown(cell: NotebookNode, fragment: bool, where: str) -> Iterator[Part]:
    if cell.cell_type == "markdown":
        yield Part(_ELSEWHERE.sub(r"\1", to_html(cell.source)), fragment=fragment)
    for output in cell.get("outputs", []):
        drawn = picture(output, where)
        if drawn:
            yield Part(_image(drawn), picture=True, fragment=fragment)
        elif text := _text(output):
            yield Part(text, fragment=fragment)


def _image(drawn: Figure) -> str:
    data = base64.b64encode(drawn.png).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{html.escape(drawn.alt)}">'


def _text(output: NotebookNode) -> str:
    data = output.get("data", {})
    if output.output_type == "stream":
        return _printed(output.text) if output.name == "stdout" else ""
    if "text/markdown" in data:
        return to_html(data["text/markdown"])
    if "text/html" in data:
        return str(data["text/html"])
    return _printed(data.get("text/plain", ""))


def _printed(text: str) -> str:
    """What a cell prints: sentences may go on in a new line, columns may not."""
    kind = "" if _ALIGNED.search(text) else ' class="sentences"'
    return f"<pre{kind}>{html.escape(text.rstrip())}</pre>" if text.strip() else ""
