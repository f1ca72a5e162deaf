"""Which of the two languages a person reads: one switch, asked when a sentence is shown."""

from __future__ import annotations

import os
from typing import Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
VARIABLE = "ATTENTIF_LANG"


class UnknownLanguage(ValueError):
    """Nothing is written in that language."""


def language(chosen: str | None = None) -> Language:
    """``chosen``, else what the environment's ATTENTIF_LANG says, else French. Raises UnknownLanguage."""
    found = chosen or os.environ.get(VARIABLE) or "fr"
    if found not in LANGUAGES:
        raise UnknownLanguage(
            f"« {found} » : les textes existent en français (fr) et en anglais (en). "
            f"{found!r}: texts exist in French (fr) and English (en); see {VARIABLE}."
        )
    return found
