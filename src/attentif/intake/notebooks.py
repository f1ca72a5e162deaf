"""Notebooks as students send them, from whatever program, made ones of format 4.5; only what is none is refused."""

from __future__ import annotations

import codecs
import json
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from attentif.intake import verdicts
from attentif.intake.repair import repaired
from attentif.intake.verdicts import LeftOut, Refused, listed
from attentif.words import intake as words
from attentif.words.language import Language
from attentif.words.text import Text

UNREADABLE_KEY = "attentif_unreadable"  # in the metadata of a notebook that stands for one that cannot be read


def read_notebook(raw: bytes) -> NotebookNode:
    """A notebook in format 4.5, whatever version and program it comes from. Raises Refused."""
    content = _parsed(raw)
    content = _version_4(content)
    for bare in (False, True):
        try:
            notebook = nbformat.from_dict(repaired(content, bare=bare))
            nbformat.validate(notebook)
        except Exception:  # the schema's checker has many ways of refusing
            continue
        notebook.metadata.pop(UNREADABLE_KEY, None)
        return notebook
    raise Refused(words.NO_NOTEBOOK)


def _parsed(raw: bytes) -> dict[str, Any]:
    if not raw.strip(b"\x00 \t\r\n"):
        raise Refused(words.EMPTY)
    try:
        content = json.loads(_without_half_characters(_decoded(raw)))
    except (ValueError, RecursionError) as error:
        raise Refused(words.NO_JSON) from error
    if not isinstance(content, dict):
        raise Refused(words.NO_NOTEBOOK)
    return content


def _decoded(raw: bytes) -> str:
    """The text: UTF-8, or what the mark at its beginning says."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    return raw.decode("utf-8-sig")


def _without_half_characters(text: str) -> str:
    """JSON whose escapes of half characters (lone surrogates), which no file could hold, are replaced."""
    if "\\ud" not in text.lower():
        return text
    whole = json.dumps(json.loads(text), ensure_ascii=False)
    return whole.encode("utf-8", "replace").decode("utf-8")


def _version_4(content: dict[str, Any]) -> dict[str, Any]:
    """Content with a list of cells; older formats are converted as Jupyter does."""
    if "worksheets" in content and "cells" not in content:
        try:
            content = nbformat.convert(nbformat.from_dict(content), 4)
        except Exception as error:  # nbformat raises many kinds on malformed input
            raise Refused(words.NO_NOTEBOOK) from error
    cells = content.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) and "cell_type" in cell for cell in cells):
        raise Refused(words.NO_NOTEBOOK)
    return content


def stand_in(reason: Text, lang: Language) -> NotebookNode:
    """The notebook that is graded, as one without an answer, in the place of what cannot be read."""
    notebook = new_notebook(cells=[new_markdown_cell(words.stand_in(reason).to(lang), id="unreadable")])
    notebook.metadata[UNREADABLE_KEY] = {"fr": reason.fr, "en": reason.en}
    return notebook


def not_a_file(left_out: LeftOut, limit: int) -> Text:
    """Why what bears a notebook's name cannot be opened as one; ``limit`` is in bytes."""
    if left_out.kind == verdicts.TOO_LARGE:
        return words.notebook_too_large(limit // 1_000_000)
    return words.no_file(words.KINDS[left_out.kind])


def add_notice(notebook: NotebookNode, left_out: list[LeftOut], lang: Language) -> None:
    """Says at the end of a notebook what of the folder was not taken."""
    things = listed(left_out)
    text = words.left_out(Text(_quoted(things.fr), _quoted(things.en)))
    notebook.cells.append(new_markdown_cell(text.to(lang)))


def _quoted(text: str) -> str:
    """A student's words in Markdown: shown as they are."""
    return "".join(f"&#{ord(c)};" if c in "\\`*_{}[]<>()#+!|&$~" else c for c in text)


def written(notebook: NotebookNode) -> bytes:
    """A notebook's file."""
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode()
