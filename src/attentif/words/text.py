"""A sentence in two languages, and what sentences make together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A sentence for the student, French first, English beside it."""

    fr: str
    en: str


@dataclass(frozen=True)
class Words:
    """What is said of one mistake, whatever the case: a finding, its consequence, hints from vague to precise."""

    finding: Text
    consequence: Text
    hints: tuple[Text, ...]
