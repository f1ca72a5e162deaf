"""The idea of an exercise's solution, shown after three failed checks: ``checks/ideas.fr.md`` and ``ideas.en.md``, a
heading ``## exercise`` and a paragraph for each. Where an atelier has none, the way back to the statement."""

from __future__ import annotations

import re
from pathlib import Path

from attentif.words import ideas as words
from attentif.words.text import Text

ATTEMPTS = 3
_SECTION = re.compile(r"^## +(\w+) *\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def idea_of(checks: Path, exercise: str) -> Text:
    """What leads to the solution without being it."""
    french, english = (ideas_in(checks / f"ideas.{lang}.md").get(exercise) for lang in ("fr", "en"))
    return Text(french, english) if french and english else words.STATEMENT


def ideas_in(path: Path) -> dict[str, str]:
    """Exercise → idea, of a file; nothing of one that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return {}
    return {name: " ".join(paragraph.split()) for name, paragraph in _SECTION.findall(text)}
