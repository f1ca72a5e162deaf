"""Writes fra.txt from the Debian package it comes from; needs no network.

    apt-get download debian-handbook=11.20220922
    python data/handbook/extract.py debian-handbook_11.20220922_all.deb [FOLDER]

One paragraph a line, in the book's order. FOLDER is where the file goes (by default, beside this script). Left out:
paragraphs that were never translated (the English edition has them word for word, or English words outweigh French
ones), listings, tables, footnotes, the same paragraph a second time, what is shorter than a sentence.
"""

from __future__ import annotations

import io
import re
import sys
import tarfile
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

BOOK = "./usr/share/doc/debian-handbook/html/"
AR_HEADER = 60  # bytes before each member of a .deb
SHORTEST = 40  # characters
NOT_PROSE = {"pre", "table", "script", "style"}
VOID = {"img", "br", "hr", "meta", "link", "input"}
FRENCH = set(re.findall(r"\w+", "le la les de des du un une et est à en pour que qui dans il au aux par sur pas ce se"))
ENGLISH = set(re.findall(r"\w+", "the of and to in is that it for with as on this are be or by which you can from not"))


class Paragraphs(HTMLParser):
    """The text of every innermost ``<div class="para">``, footnotes and listings left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._open: list[tuple[str, str]] = []  # (tag, role) of what encloses the present place
        self._texts: list[list[str]] = []  # one for each open paragraph

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        name = dict(attrs).get("class") or ""
        if tag in NOT_PROSE or name in ("footnote", "footnotes", "titlepage"):
            role = "not prose"
        elif tag == "div" and name == "para":
            role = "paragraph"
            self._texts.append([])
        else:
            role = ""
        self._open.append((tag, role))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<a … />` encloses nothing."""

    def handle_data(self, data: str) -> None:
        if self._texts and all(role != "not prose" for _, role in self._open):
            self._texts[-1].append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, role = self._open.pop()
            if role == "paragraph":
                self.found.append(tidy("".join(self._texts.pop())))
            if opened == tag:
                return


def tidy(text: str) -> str:
    """One line, NFC; every space a plain one, every apostrophe between letters a curly one."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return re.sub(r"(?<=\w)'(?=\w)", "’", line)


def pages_of(package: Path) -> dict[str, str]:
    """Path inside the book → page, for the French and the English edition."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(_data_of(package.read_bytes()))) as archive:
        for member in archive:
            name = member.name.removeprefix(BOOK)
            if name != member.name and name.endswith(".html") and name.startswith(("fr-FR/", "en-US/")):
                page = archive.extractfile(member)
                assert page is not None
                found[name] = page.read().decode("utf-8")
    return found


def _data_of(deb: bytes) -> bytes:
    """The files that a .deb (an ``ar`` archive) installs, as a tar archive."""
    place = 8  # after "!<arch>\n"
    while place < len(deb):
        name, size = deb[place : place + 16].decode("ascii").strip(), int(deb[place + 48 : place + 58])
        if name.startswith("data.tar"):
            return deb[place + AR_HEADER : place + AR_HEADER + size]
        place += AR_HEADER + size + size % 2
    raise SystemExit("this file is no Debian package")


def paragraphs(pages: dict[str, str], edition: str) -> Iterator[str]:
    """An edition's paragraphs, in the order of its table of contents."""
    names = re.findall(r'<a href="([\w.-]+\.html)', pages[f"{edition}/index.html"])
    for name in dict.fromkeys(names):
        if f"{edition}/{name}" in pages and name != "index.html":
            reader = Paragraphs()
            reader.feed(pages[f"{edition}/{name}"])
            yield from reader.found


def is_french(paragraph: str) -> bool:
    """Whether common French words outnumber common English ones, two to one at least."""
    words = re.findall(r"\w+", paragraph.lower())
    return sum(w in FRENCH for w in words) > 2 * sum(w in ENGLISH for w in words)


def is_prose(paragraph: str) -> bool:
    """Whether it is a sentence at least, and no link beside a title."""
    return len(paragraph) >= SHORTEST and "://" not in paragraph and not paragraph.startswith("→")


def text_of(package: Path) -> str:
    """The book as text."""
    pages = pages_of(package)
    untranslated = set(paragraphs(pages, "en-US"))
    french = dict.fromkeys(p for p in paragraphs(pages, "fr-FR") if p not in untranslated)
    return "".join(f"{p}\n" for p in french if is_prose(p) and is_french(p))


if __name__ == "__main__":
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent
    (folder / "fra.txt").write_bytes(text_of(Path(sys.argv[1])).encode("utf-8"))
