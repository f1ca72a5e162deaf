"""A deck as a page of reveal.js that opens from a stick, and the files beside it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from attentif.publishing.bundled import MATHJAX, copy_mathjax, copy_reveal
from attentif.publishing.slides import Slide

WIDTH, HEIGHT = 1280, 720  # CSS pixels: 13⅓ by 7½ inches, in which 24 points are 32 pixels
_SHARED = "deck"  # the folder of what decks share
_FACES = {  # the font's files, and what each is to CSS
    "regular": (400, "normal"),
    "italic": (400, "italic"),
    "semibold": (600, "normal"),
    "semibolditalic": (600, "italic"),
}


def write_deck(slides: Sequence[Slide], title: str, course: str, path: Path) -> None:
    """Writes the deck; ``write_shared`` puts beside it what it needs."""
    environment = Environment(
        loader=PackageLoader("attentif.publishing"), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    page = environment.get_template("deck.html").render(
        slides=slides, title=title, course=course, shared=_SHARED, mathjax=MATHJAX, width=WIDTH, height=HEIGHT
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def write_shared(folder: Path) -> None:
    """reveal.js, MathJax, the decks' style and fonts, once for all decks of a folder."""
    shared = folder / _SHARED
    copy_reveal(shared)
    copy_mathjax(shared)
    style = Path(__file__).parent / "templates" / "deck.css"
    faces = "".join(_face(shared, name, *face) for name, face in _FACES.items())
    (shared / "deck.css").write_text(style.read_text(encoding="utf-8") + faces, encoding="utf-8")


def _face(shared: Path, name: str, weight: int, style: str) -> str:
    """A font inside the style sheet: Firefox refuses font files to a page that was opened from a stick."""
    file = shared / f"source-sans-pro-{name}.woff"
    data = base64.b64encode(file.read_bytes()).decode()
    file.unlink()
    return (
        f'@font-face{{font-family:"Deck";font-weight:{weight};font-style:{style};'
        f'src:url("data:font/woff;base64,{data}") format("woff")}}\n'
    )
