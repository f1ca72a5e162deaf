"""Other people's JavaScript as packages of the extra ``site`` carry it: reveal.js and MathJax, never from a CDN."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

MATHJAX = "tex-svg-full.js"  # one file without fonts: Firefox refuses fonts to a page that was opened from a stick
_REVEAL = ("dist/reveal.js", "dist/reveal.css", "dist/reset.css", "plugin/notes/notes.js")
_FONTS = "dist/theme/fonts/source-sans-pro"


class NotInstalled(Exception):
    """A package of the extra ``site`` is not here."""


def copy_mathjax(into: Path) -> None:
    """MathJax in one file, into a folder."""
    into.mkdir(parents=True, exist_ok=True)
    shutil.copy(_folder("sphinx-mathjax-offline", "static/mathjax") / MATHJAX, into / MATHJAX)


def copy_reveal(into: Path) -> None:
    """reveal.js, its styles, its speaker's view and the font of the slides, into a folder."""
    reveal = _folder("sphinx_revealjs", "_static/revealjs")
    into.mkdir(parents=True, exist_ok=True)
    for name in _REVEAL:
        shutil.copy(reveal / name, into / Path(name).name)
    for font in (reveal / _FONTS).glob("*.woff"):
        shutil.copy(font, into / font.name)
    shutil.copy(reveal / "LICENSE", into / "LICENSE")
    shutil.copy(reveal / _FONTS / "LICENSE", into / "LICENSE-fonts")


def _folder(package: str, inside: str) -> Path:
    """A folder of an installed package, which is not imported: one of the names is no identifier."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise NotInstalled(f"{package} is not installed: pip install 'attentif[site]'")
    return Path(spec.submodule_search_locations[0]) / inside
