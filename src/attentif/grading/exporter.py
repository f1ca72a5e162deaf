"""Reading a submitted notebook that may be no notebook: what cannot be read is graded as unanswered, and said."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_markdown_cell, new_notebook

MAX_NOTEBOOK_BYTES = 20 * 1024 * 1024
UNREADABLE = "attentif_unreadable"


class UnreadableNotebook(Exception):
    """A submitted file cannot be opened as a notebook; the text says why, for the student and the instructor."""


class SubmissionExporter(NotebookExporter):
    """nbconvert's notebook exporter, for files that students hand in."""

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> Any:
        """As nbconvert's; an unreadable file becomes an empty notebook that carries the reason."""
        path = Path(filename)
        try:
            notebook = read_submission(path)
        except UnreadableNotebook as error:
            self.log.warning("%s: %s It is graded as unanswered.", path, error)
            notebook = _stand_in(str(error))
        resources = self._init_resources(resources)
        resources["metadata"].setdefault("name", path.stem)
        resources["metadata"].setdefault("path", str(path.parent))
        return self.from_notebook_node(notebook, resources=resources, **kw)


def read_submission(path: Path) -> nbformat.NotebookNode:
    """A submitted notebook in the current format.

    Raises UnreadableNotebook for a link, a special file, a file over 20 MB, and whatever is not a notebook.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise UnreadableNotebook(f"Le fichier ne peut pas être ouvert ({error.strerror}) : un lien ?") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableNotebook("Ce n'est pas un fichier ordinaire.")
        if status.st_size > MAX_NOTEBOOK_BYTES:
            raise UnreadableNotebook(f"Le fichier pèse {status.st_size // 1_000_000} Mo : la limite est 20 Mo.")
        raw = file.read(MAX_NOTEBOOK_BYTES + 1)
    return _parse(raw)


def _parse(raw: bytes) -> nbformat.NotebookNode:
    if not raw.strip():
        raise UnreadableNotebook("Le fichier est vide.")
    try:
        content = json.loads(_without_half_characters(raw.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        raise UnreadableNotebook("Le fichier n'est pas un notebook : son JSON est invalide ou coupé.") from error
    try:
        notebook = nbformat.reads(json.dumps(content), as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises many kinds on malformed input
        raise UnreadableNotebook("Le fichier n'a pas la structure d'un notebook Jupyter.") from error
    return notebook


def _without_half_characters(text: str) -> str:
    """JSON whose escapes of half characters (lone surrogates), which no file could hold, are replaced."""
    if "\\ud" not in text.lower():
        return text
    whole = json.dumps(json.loads(text), ensure_ascii=False)
    return whole.encode("utf-8", "replace").decode("utf-8")


def _stand_in(reason: str) -> nbformat.NotebookNode:
    text = f"**Ce notebook n'a pas pu être lu.** {reason}\n\nIl a été noté comme une copie sans réponse."
    notebook = new_notebook(cells=[new_markdown_cell(text)])
    notebook.metadata[UNREADABLE] = reason
    return notebook
