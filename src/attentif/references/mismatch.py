"""What is told about an answer that differs: in words that hold anywhere, and in words that quote sizes and values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from attentif.words import values as words
from attentif.words.text import Text

_SHOWN = 60  # characters of a value that is quoted


@dataclass(frozen=True)
class Mismatch:
    """The first difference between a value and what was expected.

    ``general`` holds without any size or value (for hidden checks); ``detail`` quotes them. ``student`` and
    ``expected`` are the arrays compared, when it came to comparing arrays, ``wrong`` marks the entries that differ, and
    ``axes`` are the axes' names (empty where they do not fit).
    """

    kind: Literal["type", "dtype", "shape", "values"]
    general: Text
    detail: Text
    student: np.ndarray | None = None
    expected: np.ndarray | None = None
    wrong: np.ndarray | None = None
    axes: tuple[str, ...] = ()
    name: str = ""  # the output's


def data_mismatch(name: str, value: Any, expected: Any) -> Mismatch | None:
    """The first difference between two pieces of plain data: bytes, text, numbers, None, lists and tuples of them."""
    odd = _first_odd(value, expected)
    if odd is None:
        return None
    place, got, wanted = odd
    where = "".join(f"[{i}]" for i in place)
    if not _alike(got, wanted):
        told = words.another_kind(name, describe(got), describe(wanted), inside=bool(place))
        return Mismatch("type", told, told)
    general = words.not_expected(name)
    if isinstance(wanted, (list, tuple)):
        return Mismatch("values", general, words.item_counts(f"{name}{where}", len(wanted), len(got)))
    return Mismatch("values", general, words.expected_and_got(f"{name}{where}", _quoted(wanted), _quoted(got)))


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


def describe(value: Any) -> Text:
    """What a value is, in a few words; never its content nor its sizes."""
    if value is None:
        return words.NONE
    return next((told for kind, told in _KINDS_OF_VALUE if isinstance(value, kind)), words.OTHER)


_KINDS_OF_VALUE: tuple[tuple[type | tuple[type, ...], Text], ...] = (
    (torch.Tensor, words.TENSOR),
    (np.ndarray, words.ARRAY),
    (tuple, words.TUPLE),
    (list, words.LIST),
    (bool, words.BOOLEAN),
    ((int, float, complex, np.number), words.NUMBER),
    (str, words.STRING),
    (bytes, words.BYTES),
    (dict, words.DICT),
)
