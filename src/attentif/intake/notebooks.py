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
from attentif.words.text import Text

UNREADABLE_KEY = "attentif_unreadable"  # in the metadata of a notebook that stands for one that cannot be read

_AGAIN = {
    "fr": " Ouvrez-le dans JupyterLab (ou Colab : Fichier → Télécharger → .ipynb), enregistrez-le, rendez ce fichier.",
    "en": " The student can open it in JupyterLab (or Colab: File → Download → .ipynb), save it and hand that in.",
}
EMPTY = Text(f"Le fichier est vide.{_AGAIN['fr']}", f"the file is empty.{_AGAIN['en']}")
NO_JSON = Text(
    f"Le fichier n'est pas un notebook : son JSON est invalide ou coupé.{_AGAIN['fr']}",
    f"the file is no notebook: its JSON is invalid or cut.{_AGAIN['en']}",
)
NO_NOTEBOOK = Text(
    f"Le fichier n'a pas la structure d'un notebook Jupyter.{_AGAIN['fr']}",
    f"the file has not the structure of a Jupyter notebook.{_AGAIN['en']}",
)


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
    raise Refused(NO_NOTEBOOK)


def _parsed(raw: bytes) -> dict[str, Any]:
    if not raw.strip(b"\x00 \t\r\n"):
        raise Refused(EMPTY)
    try:
        content = json.loads(_without_half_characters(_decoded(raw)))
    except (ValueError, RecursionError) as error:
        raise Refused(NO_JSON) from error
    if not isinstance(content, dict):
        raise Refused(NO_NOTEBOOK)
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
            raise Refused(NO_NOTEBOOK) from error
    cells = content.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) and "cell_type" in cell for cell in cells):
        raise Refused(NO_NOTEBOOK)
    return content


def stand_in(reason: Text) -> NotebookNode:
    """The notebook that is graded, as one without an answer, in the place of what cannot be read."""
    text = f"**Ce notebook n'a pas pu être lu.** {reason.fr}\n\nIl a été noté comme une copie sans réponse."
    notebook = new_notebook(cells=[new_markdown_cell(text, id="unreadable")])
    notebook.metadata[UNREADABLE_KEY] = {"fr": reason.fr, "en": reason.en}
    return notebook


def not_a_file(left_out: LeftOut, limit: int) -> Text:
    """Why what bears a notebook's name cannot be opened as one; ``limit`` is in bytes."""
    french = verdicts.FRENCH[left_out.kind]
    if left_out.kind == verdicts.TOO_LARGE:
        return Text(
            f"Le fichier dépasse {limit // 1_000_000} Mo : videz ses sorties, enregistrez-le et rendez-le de nouveau.",
            f"the file has more than {limit // 1_000_000} MB",
        )
    return Text(
        f"Le fichier ne peut pas être ouvert ({french}) : rendez le fichier .ipynb lui-même.",
        f"the file cannot be opened ({left_out.kind})",
    )


def add_notice(notebook: NotebookNode, left_out: list[LeftOut]) -> None:
    """Says at the end of a notebook what of the folder was not taken."""
    text = f"**Laissé de côté à la réception de votre dossier :** {_quoted(listed(left_out, french=True))}."
    notebook.cells.append(new_markdown_cell(text))


def _quoted(text: str) -> str:
    """A student's words in Markdown: shown as they are."""
    return "".join(f"&#{ord(c)};" if c in "\\`*_{}[]<>()#+!|&$~" else c for c in text)


def written(notebook: NotebookNode) -> bytes:
    """A notebook's file."""
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode()
