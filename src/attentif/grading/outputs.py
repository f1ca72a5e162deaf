"""What a kernel printed, made safe to keep: bounded, and only kinds that no browser executes."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from attentif.reports.pages import html_report, plain_report
from attentif.reports.results import ExerciseReport

MAX_OUTPUTS = 100
MAX_SHOWN = 20_000
MAX_IMAGE_BYTES = 2_000_000
CUT = "\n[… sortie coupée par le correcteur]"
ODD_MESSAGE = "Le noyau a envoyé pour cette cellule un message qu'aucun notebook ne peut contenir : il est écarté."
TOO_MUCH = "Cette cellule a trop affiché : la suite est écartée."
END_MISSING = "La fin de l'affichage de cette cellule n'est pas arrivée jusqu'au correcteur."
_PNG = b"\x89PNG\r\n\x1a\n"


def tame(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """A submission's outputs as they may be kept: text, PNG images, errors; each bounded, at most 100.

    HTML, SVG, JavaScript and widgets are dropped (their plain text stays): instructors and students open these
    notebooks in a browser.
    """
    kept = [tamed for output in outputs[:MAX_OUTPUTS] if (tamed := _tame_one(output)) is not None]
    if len(outputs) > MAX_OUTPUTS:
        kept.append(new_output("stream", name="stdout", text=CUT))
    return kept


def _tame_one(output: NotebookNode) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_cut(output.get("text")))
    if kind == "error":
        return new_output(
            "error",
            ename=_cut(output.get("ename"), 200),
            evalue=_cut(output.get("evalue"), 2000),
            traceback=[_cut(line, 4000) for line in list(output.get("traceback") or [])[:50]],
        )
    if kind in ("display_data", "execute_result"):
        data = _tame_data(output.get("data"))
        if data:
            extra = {"execution_count": None} if kind == "execute_result" else {}
            return new_output(kind, data=data, metadata={}, **extra)
    return None


def _tame_data(data: Any) -> dict[str, str]:
    kept: dict[str, str] = {}
    if not isinstance(data, dict):
        return kept
    if "text/plain" in data:
        kept["text/plain"] = _cut(data["text/plain"])
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


def _cut(text: Any, limit: int = MAX_SHOWN) -> str:
    joined = "".join(map(str, text)) if isinstance(text, list) else str(text if text is not None else "")
    joined = joined.encode("utf-8", "replace").decode("utf-8")  # no file could hold half characters
    return joined if len(joined) <= limit else joined[:limit] + CUT


def note_output(line: str) -> NotebookNode:
    """A line of the grader's own under a cell. Costs no points."""
    return new_output("stream", name="stdout", text=f"[Correcteur] {line}\n")


def error_output(name: str, message: str) -> NotebookNode:
    """An error that the grader itself writes under a cell."""
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])


def report_outputs(report: ExerciseReport, points: float, *, sandbox_note: str = "") -> list[NotebookNode]:
    """The outputs of a check cell: the report, then the score that nbgrader reads."""
    note = f"<p><em>{sandbox_note}</em></p>" if sandbox_note else ""
    shown = {
        "text/html": html_report(report, points=points) + note,
        "text/plain": plain_report(report, points=points) + (f"\n{sandbox_note}" if sandbox_note else ""),
    }
    return [
        new_output("display_data", data=shown, metadata={}),
        score_output(report.score(points)),
    ]


def text_output(text: str) -> NotebookNode:
    """A text under a cell."""
    return new_output("display_data", data={"text/plain": _cut(text)}, metadata={})


def score_output(points: float) -> NotebookNode:
    """The score of a cell, as nbgrader reads it."""
    return new_output("execute_result", data={"text/plain": repr(float(points))}, metadata={}, execution_count=None)
