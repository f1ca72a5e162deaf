"""Where the checks of a notebook are."""

from __future__ import annotations

import os
from pathlib import Path

from attentif.exercises.conventions import REFERENCES
from attentif.words import checks as words
from attentif.words.language import language


class ChecksNotFound(Exception):
    """No folder of checks near the notebook; the message says where it was looked for."""


def find_checks(start: Path | None = None, *, lang: str | None = None) -> Path:
    """The folder ``checks`` of the notebook: beside it, or named by ATTENTIF_CHECKS. Raises ChecksNotFound."""
    here = Path(start or Path.cwd())
    named = os.environ.get("ATTENTIF_CHECKS")
    candidates = ([Path(named)] if named else []) + [here / "checks", here.parent / "checks"]
    for folder in candidates:
        if (folder / REFERENCES).is_dir():
            return folder
    raise ChecksNotFound(words.checks_not_found(here.name).to(language(lang)))
