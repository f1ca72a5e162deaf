"""A sentence in two languages, and what sentences make together."""

from __future__ import annotations

from dataclasses import dataclass

from attentif.words.language import Language


@dataclass(frozen=True)
class Text:
    """A sentence in both languages; one of them is shown."""

    fr: str
    en: str

    def to(self, lang: Language) -> str:
        """The sentence in that language."""
        return self.fr if lang == "fr" else self.en

    def followed_by(self, other: Text) -> Text:
        """Both sentences, one after the other."""
        return Text(f"{self.fr} {other.fr}", f"{self.en} {other.en}")


@dataclass(frozen=True)
class Words:
    """What is said of one mistake, whatever the case: a finding, its consequence, hints from vague to precise."""

    finding: Text
    consequence: Text
    hints: tuple[Text, ...]
