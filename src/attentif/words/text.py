"""A sentence in two languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A sentence for the student, French first, English beside it."""

    fr: str
    en: str
