"""What only a browser can say of a deck: its PDF, and whether what a page shows is larger than the page."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from attentif.publishing.deck import HEIGHT, WIDTH

SMALLEST = 32  # pixels: 24 points
MARGIN = 40  # pixels at the right that stay empty
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_SECONDS = 180
_TIME = 60_000  # milliseconds of the page's own clock, which runs as fast as the page allows
_RESULT = re.compile(r'<pre id="measured">(.*?)</pre>', re.DOTALL)
# Chromium draws no frames while it prints or dumps a page, and reveal.js waits for one before it lays pages out.
_FRAMES = "<script>window.requestAnimationFrame = (drawn) => setTimeout(() => drawn(performance.now()), 16);</script>"
_MEASURE = Path(__file__).parent / "templates" / "measure.js"


class NoBrowser(Exception):
    """There is no Chromium on this machine, or it did not answer."""


@dataclass(frozen=True)
class Page:
    """How large what a page shows is and its smallest letters are, in pixels of the deck (None: it has none), and the
    formulas that MathJax refused."""

    number: int
    cell: str
    title: str
    width: float
    height: float
    letters: float | None
    formulas: tuple[str, ...] = ()

    def faults(self) -> list[str]:
        """What the page cannot show, as lines."""
        where = f"page {self.number} (cell {self.cell}, « {self.title.strip()} »)"
        found = [f"{where}: formula refused: {said}" for said in self.formulas]
        if self.height > HEIGHT + 1:
            found.append(f"{where}: {self.height - HEIGHT:.0f} pixels too high")
        if self.width > WIDTH - MARGIN + 1:
            found.append(f"{where}: {self.width - WIDTH + MARGIN:.0f} pixels too wide")
        if self.letters is not None and self.letters < SMALLEST:
            found.append(f"{where}: letters of {self.letters:.0f} pixels, fewer than {SMALLEST}")
        return found


def browser() -> str | None:
    """Chromium's path on this machine; None where it is not."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def write_pdf(deck: Path, pdf: Path) -> None:
    """Prints a deck, a page for each slide. Raises NoBrowser."""
    pdf.unlink(missing_ok=True)
    _shown(deck, "", f"--print-to-pdf={pdf.resolve()}", "--no-pdf-header-footer")
    if not pdf.is_file():
        raise NoBrowser(f"Chromium printed nothing of {deck}")


def measured(deck: Path) -> list[Page]:
    """Every page of a deck as the browser lays it out. Raises NoBrowser."""
    found = _RESULT.search(_shown(deck, f"<script>{_MEASURE.read_text(encoding='utf-8')}</script>", "--dump-dom"))
    if found is None:
        raise NoBrowser(f"Chromium did not lay out {deck}")
    pages = json.loads(html.unescape(found[1]))
    return [Page(number, **{**page, "formulas": tuple(page["formulas"])}) for number, page in enumerate(pages, 1)]


def _shown(deck: Path, script: str, *arguments: str) -> str:
    """What Chromium says of the deck's print view, in which ``script`` runs last."""
    with tempfile.TemporaryDirectory(dir=deck.parent) as folder:
        copy = Path(folder) / deck.name
        first = f'<head><base href="{deck.parent.resolve().as_uri()}/">{_FRAMES}'
        source = deck.read_text(encoding="utf-8").replace("<head>", first, 1)
        copy.write_text(source.replace("</body>", f"{script}</body>"), encoding="utf-8")
        return _chromium(*arguments, f"{copy.resolve().as_uri()}?print-pdf")


def _chromium(*arguments: str) -> str:
    program = browser()
    if program is None:
        raise NoBrowser("no Chromium on this machine")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as profile:
        command = [
            program, "--headless", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files",
            "--disable-background-networking", "--no-first-run", f"--user-data-dir={profile}",
            f"--virtual-time-budget={_TIME}", f"--window-size={WIDTH},{HEIGHT}", *root, *arguments,
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise NoBrowser(f"Chromium took more than {_SECONDS} s") from error
    if done.returncode:
        raise NoBrowser(f"Chromium ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout
