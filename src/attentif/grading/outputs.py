"""What a kernel printed, made safe to keep: bounded, and only kinds that no browser executes."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from attentif.reports.pages import html_report, plain_report
from attentif.reports.results import ExerciseReport
from attentif.words import grading as words
from attentif.words.language import language
from attentif.words.text import Text

MAX_OUTPUTS = 100
MAX_SHOWN = 20_000
MAX_IMAGE_BYTES = 2_000_000
_PNG = b"\x89PNG\r\n\x1a\n"


def tame(outputs: list[NotebookNode], lang: str | None = None) -> list[NotebookNode]:
    """A submission's outputs as they may be kept: text, PNG images, errors; each bounded, at most 100.

    HTML, SVG, JavaScript and widgets are dropped (their plain text stays): instructors and students open these
    notebooks in a browser.
    """
    cut = words.CUT.to(language(lang))
    kept = [tamed for output in outputs[:MAX_OUTPUTS] if (tamed := _tame_one(output, cut)) is not None]
    if len(outputs) > MAX_OUTPUTS:
        kept.append(new_output("stream", name="stdout", text=cut))
    return kept


def _tame_one(output: NotebookNode, cut: str) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_cut(output.get("text"), cut))
    if kind == "error":
        return new_output(
            "error",
            ename=_cut(output.get("ename"), cut, 200),
            evalue=_cut(output.get("evalue"), cut, 2000),
            traceback=[_cut(line, cut, 4000) for line in list(output.get("traceback") or [])[:50]],
        )
    if kind in ("display_data", "execute_result"):
        data = _tame_data(output.get("data"), cut)
        if data:
            extra = {"execution_count": None} if kind == "execute_result" else {}
            return new_output(kind, data=data, metadata={}, **extra)
    return None


def _tame_data(data: Any, cut: str) -> dict[str, str]:
    kept: dict[str, str] = {}
    if not isinstance(data, dict):
        return kept
    if "text/plain" in data:
        kept["text/plain"] = _cut(data["text/plain"], cut)
    image = data.get("image/png")
    if isinstance(image, str) and len(image) <= MAX_IMAGE_BYTES and _is_png(image):
        kept["image/png"] = image
    return kept


def _is_png(encoded: str) -> bool:
    """Whether this is base64 and nothing else: it is put in an attribute of a page."""
    try:
        return b64decode(encoded.replace("\n", ""), validate=True).startswith(_PNG)
    except (binascii.Error, ValueError):
        return False


def _cut(text: Any, cut: str, limit: int = MAX_SHOWN) -> str:
    joined = "".join(map(str, text)) if isinstance(text, list) else str(text if text is not None else "")
    joined = joined.encode("utf-8", "replace").decode("utf-8")  # no file could hold half characters
    return joined if len(joined) <= limit else joined[:limit] + cut


def note_output(line: Text, lang: str | None = None) -> NotebookNode:
    """A line of the grader's own under a cell. Costs no points."""
    return new_output("stream", name="stdout", text=words.note(line).to(language(lang)))


def error_output(name: str, message: str) -> NotebookNode:
    """An error that the grader itself writes under a cell."""
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])


def report_outputs(
    report: ExerciseReport, points: float, *, lang: str | None = None, note: Text | None = None
) -> list[NotebookNode]:
    """The outputs of a check cell: the report, a note below it, then the score that nbgrader reads."""
    shown = {
        "text/html": html_report(report, points=points, lang=lang),
        "text/plain": plain_report(report, points=points, lang=lang),
    }
    if note is not None:
        shown["text/html"] += f"<p><em>{note.to(language(lang))}</em></p>"
        shown["text/plain"] += f"\n{note.to(language(lang))}"
    return [
        new_output("display_data", data=shown, metadata={}),
        score_output(report.score(points)),
    ]


def text_output(text: str, lang: str | None = None) -> NotebookNode:
    """A text under a cell."""
    return new_output("display_data", data={"text/plain": _cut(text, words.CUT.to(language(lang)))}, metadata={})


def score_output(points: float) -> NotebookNode:
    """The score of a cell, as nbgrader reads it."""
    return new_output("execute_result", data={"text/plain": repr(float(points))}, metadata={}, execution_count=None)
