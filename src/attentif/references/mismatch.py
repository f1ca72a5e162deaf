"""What is told about an answer that differs: in words that hold anywhere, and in words that quote sizes and values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from attentif.words.text import Text

_SHOWN = 60  # characters of a value that is quoted


@dataclass(frozen=True)
class Mismatch:
    """The first difference between a value and what was expected.

    ``general`` holds without any size or value (for hidden checks); ``detail`` quotes them. ``student`` and
    ``expected`` are the arrays compared, when it came to comparing arrays.
    """

    kind: Literal["type", "dtype", "shape", "values"]
    general: Text
    detail: Text
    student: np.ndarray | None = None
    expected: np.ndarray | None = None


def data_mismatch(name: str, value: Any, expected: Any) -> Mismatch | None:
    """The first difference between two pieces of plain data: bytes, text, numbers, None, lists and tuples of them."""
    odd = _first_odd(value, expected)
    if odd is None:
        return None
    place, got, wanted = odd
    where = "".join(f"[{i}]" for i in place)
    if not _alike(got, wanted):
        (got_fr, got_en), (wanted_fr, wanted_en) = describe(got), describe(wanted)
        inside = (" contient", " holds") if place else (" est", " is")
        general = Text(
            f"« {name} »{inside[0]} {got_fr} là où l’énoncé demande {wanted_fr}.",
            f"`{name}`{inside[1]} {got_en} where the statement asks for {wanted_en}.",
        )
        return Mismatch("type", general, general)
    general = Text(f"« {name} » n’est pas ce qui est attendu.", f"`{name}` is not what is expected.")
    if isinstance(wanted, (list, tuple)):
        count, other = len(wanted), len(got)
        detail = Text(
            f"« {name}{where} » : {count} éléments attendus, {other} obtenus.",
            f"`{name}{where}`: {count} items expected, got {other}.",
        )
    else:
        detail = Text(
            f"« {name}{where} » : attendu {_quoted(wanted)}, obtenu {_quoted(got)}.",
            f"`{name}{where}`: expected {_quoted(wanted)}, got {_quoted(got)}.",
        )
    return Mismatch("values", general, detail)


def _first_odd(value: Any, expected: Any, place: tuple[int, ...] = ()) -> tuple[tuple[int, ...], Any, Any] | None:
    """(place, got, wanted) where two pieces of data first differ: items before lengths, which say less."""
    if not _alike(value, expected):
        return place, value, expected
    if isinstance(expected, (list, tuple)):
        for i, (got, wanted) in enumerate(zip(value, expected, strict=False)):
            odd = _first_odd(got, wanted, (*place, i))
            if odd is not None:
                return odd
        return None if len(value) == len(expected) else (place, value, expected)
    return None if value == expected else (place, value, expected)


def _alike(value: Any, expected: Any) -> bool:
    """Whether both are of one kind: sequences, bytes, text, booleans, numbers, None."""
    for kind in ((list, tuple), bytes, str, bool, (int, float)):
        if isinstance(expected, kind):
            return isinstance(value, kind) and (isinstance(expected, bool) or not isinstance(value, bool))
    return value is None and expected is None


def _quoted(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def describe(value: Any) -> tuple[str, str]:
    """What a value is, in a few words, French and English; never its content nor its sizes."""
    if value is None:
        return "None (il manque peut-être `return`)", "None (is `return` missing?)"
    if isinstance(value, torch.Tensor):
        return "un tenseur torch", "a torch tensor"
    if isinstance(value, np.ndarray):
        return "un tableau numpy", "a numpy array"
    for kind, told in _KINDS_OF_VALUE:
        if isinstance(value, kind):
            return told
    return "un objet d'une autre sorte", "an object of another kind"


_KINDS_OF_VALUE: tuple[tuple[type | tuple[type, ...], tuple[str, str]], ...] = (
    (tuple, ("un tuple", "a tuple")),
    (list, ("une liste", "a list")),
    (bool, ("un booléen", "a boolean")),
    ((int, float, complex, np.number), ("un nombre", "a number")),
    (str, ("une chaîne de caractères", "a string")),
    (bytes, ("des octets (`bytes`)", "`bytes`")),
    (dict, ("un dictionnaire", "a dictionary")),
)
