"""Names of people, as platforms write them: accents, order, case, hyphens and glued words differ."""

from __future__ import annotations

import re
import unicodedata

from attentif.intake.names import is_plain

_SEPARATORS = re.compile(r"[\W_]+")


def words_of(name: str) -> frozenset[str]:
    """The words of a name, folded: ``KOFFI-Mensah Élodie`` and ``Élodie Koffi Mensah`` have the same."""
    return frozenset(filter(None, _SEPARATORS.split(_without_accents(name))))


def glued(name: str) -> str:
    """All letters and digits of a name, folded, in one word, as Canvas does."""
    return _SEPARATORS.sub("", _without_accents(name))


def identifier(name: str, number: str = "") -> str:
    """A folder's name for a student whom no roster knows: ascii, never empty, never one that begins with a dot."""
    plain = "_".join(filter(None, _SEPARATORS.split(_without_accents(name)))).encode("ascii", "ignore").decode()
    return "_".join(filter(None, (plain.strip("_")[:80], number))) or "sans_nom"


def folder_name(text: str) -> str:
    """An identifier of the class as a folder's name: unchanged where it can be one."""
    plain = re.sub(r"[^A-Za-z0-9._@-]+", "_", unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode())
    return plain.strip("._")[:100] or identifier(text)


def is_folder_name(text: str) -> bool:
    """Whether a student of this identifier can have a folder in ``submitted/``: one name, that leads nowhere else."""
    return is_plain(text) and not text.startswith(".") and not set(text) & set("/\\") and 0 < len(text.encode()) <= 200


def _without_accents(text: str) -> str:
    """Lower case, without accents: also those of Ewe and Kabiyè that are letters of their own stay as they are."""
    parts = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    return "".join(c for c in parts if not unicodedata.combining(c))
