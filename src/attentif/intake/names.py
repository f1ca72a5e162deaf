"""Names of files, which are bytes that anyone may choose."""

from __future__ import annotations

import unicodedata

_SHOWN = 80  # characters


def is_plain(name: str) -> bool:
    """Whether a name is text (UTF-8) without control characters, so that it may be written into logs and pages."""
    return not any(_is_odd(character) for character in name)


def printable(name: str) -> str:
    """A name for a message: one line, bounded, what cannot be printed written as an escape."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    text = "".join(c.encode("unicode_escape").decode() if _is_odd(c) else c for c in text)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _is_odd(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")
