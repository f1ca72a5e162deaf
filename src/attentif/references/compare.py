"""Comparing what a student's function returned with what was expected, in words that name the axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from attentif.exercises.exercise import Function, Output
from attentif.references.mismatch import Mismatch, data_mismatch, describe
from attentif.words import values as words
from attentif.words.text import Text

FLOAT32_RTOL, FLOAT32_ATOL = 1e-4, 1e-5
_WEIGHTS = "weights"
_ALL_DIGITS = 17  # what tells any two float64 apart
_KINDS = {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex"}


def compare(value: Any, expected: Any, function: Function) -> Mismatch | None:
    """The first difference, or None if ``value`` is right.

    ``expected`` is a value of the reference: an array, tensor or number, or a tuple, list or dict of them;
    ``function.outputs`` name its parts and their axes. Where they are more than its parts, and as many as what its
    nested tuples hold in all, they name that, in order, and ``value`` must be nested in the same way.
    """
    pairs = _paired(value, expected, function)
    if isinstance(pairs, Mismatch):
        return pairs
    for output, got, wanted in pairs:
        mismatch = _compare_output(output, got, wanted, function)
        if mismatch is not None:
            return mismatch
    return None


def compare_weights(value: Any, expected: Any, function: Function) -> Mismatch | None:
    """What differs in the values of the output "weights", where a function has one besides others: they show a mistake
    that their product with something else blurs. None where they are right, or not comparable."""
    pairs = paired_outputs(value, expected, function) or []
    chosen = [pair for pair in pairs if pair[0].name == _WEIGHTS and len(pairs) > 1]
    mismatch = _compare_output(*chosen[0], function) if chosen else None
    return mismatch if mismatch is not None and mismatch.kind == "values" else None


def same_answer(value: Any, other: Any, function: Function) -> bool:
    """Whether two answers (a student's, a misconception's) are the same within rounding."""
    pairs = _paired(value, other, function)
    if isinstance(pairs, Mismatch):
        return False
    return all(_compare_output(output, got, wanted, function) is None for output, got, wanted in pairs)


def paired_outputs(value: Any, expected: Any, function: Function) -> list[tuple[Output, Any, Any]] | None:
    """(output, got, wanted) for each value a call returned; None if they do not go by twos."""
    pairs = _paired(value, expected, function)
    return None if isinstance(pairs, Mismatch) else pairs


def right_output(output: Output, value: Any, expected: Any, function: Function) -> bool:
    """Whether one output is right: type, shape, dtype and values."""
    return _compare_output(output, value, expected, function) is None


def _paired(value: Any, expected: Any, function: Function) -> list[tuple[Output, Any, Any]] | Mismatch:
    if len(function.outputs) == 1 and function.outputs[0].compare == "data":
        return [(function.outputs[0], value, expected)]
    if isinstance(expected, Mapping):
        return _paired_by_key(value, expected, function)
    if isinstance(expected, (tuple, list)):
        count = len(expected)
        if len(function.outputs) > count and len(function.outputs) == len(_unnested(expected, expected)):
            return _paired_unnested(value, expected, function)
        if not isinstance(value, (tuple, list)) or len(value) != count:
            names = ", ".join(output.name for output in function.outputs) if len(function.outputs) == count else ""
            general = words.several_values(function.name, count, names, describe(value))
            if not isinstance(value, (tuple, list)):
                return Mismatch("type", general, general)
            detail = words.several_values(function.name, count, names, describe(value), len(value))
            return Mismatch("type", general, detail)
        outputs = function.outputs if len(function.outputs) == count else function.outputs[:1] * count
        return list(zip(outputs, value, expected, strict=True))
    if isinstance(value, (tuple, list)) and not isinstance(expected, np.ndarray):
        general = words.single_value(function.name, describe(value))
        return Mismatch("type", general, general)
    return [(function.outputs[0], value, expected)]


def _paired_unnested(value: Any, expected: Any, function: Function) -> list[tuple[Output, Any, Any]] | Mismatch:
    if not _nested_alike(value, expected):
        wanted = _named_parts(expected, iter(function.outputs))
        told = words.wrong_nesting(function.name, wanted, describe(value))
        if not isinstance(value, (tuple, list)):
            return Mismatch("type", told, told)
        # How the value is nested is the student's doing: only public checks may show it.
        return Mismatch("type", told, words.wrong_nesting(function.name, wanted, words.sketched(_sketch(value))))
    return list(zip(function.outputs, _unnested(value, expected), _unnested(expected, expected), strict=True))


def _nested_alike(value: Any, expected: Any) -> bool:
    """Whether ``value`` has a tuple or a list, as long, wherever ``expected`` has one."""
    if not isinstance(expected, (tuple, list)):
        return True
    alike = isinstance(value, (tuple, list)) and len(value) == len(expected)
    return alike and all(_nested_alike(v, e) for v, e in zip(value, expected, strict=True))


def _unnested(value: Any, like: Any) -> list[Any]:
    """What ``value`` holds, in order, each tuple or list taken apart where ``like`` has one."""
    if not isinstance(like, (tuple, list)):
        return [value]
    return [leaf for v, e in zip(value, like, strict=True) for leaf in _unnested(v, e)]


def _named_parts(expected: Any, outputs: Iterator[Output]) -> str:
    """``(loss, (dW, db))``: the outputs' names, grouped as in ``expected``."""
    if not isinstance(expected, (tuple, list)):
        return next(outputs).name
    return f"({', '.join(_named_parts(part, outputs) for part in expected)})"


def _sketch(value: Any, depth: int = 2) -> str:
    """``(…, (…, …))``: how a student's tuples are nested, as far as a line can tell."""
    if not isinstance(value, (tuple, list)):
        return "…"
    told = depth > 0 and 0 < len(value) <= 12
    return f"({', '.join(_sketch(part, depth - 1) for part in value) if told else '…'})"


def _paired_by_key(
    value: Any, expected: Mapping[Any, Any], function: Function
) -> list[tuple[Output, Any, Any]] | Mismatch:
    if not isinstance(value, Mapping):
        general = words.no_dict(function.name, describe(value))
        return Mismatch("type", general, general)
    missing = [key for key in expected if key not in value]
    if missing:
        general = words.missing_keys(function.name, [str(key) for key in missing])
        return Mismatch("type", general, general)
    named = {output.name: output for output in function.outputs}
    return [(named.get(str(key), Output(str(key))), value[key], wanted) for key, wanted in expected.items()]


def _compare_output(output: Output, value: Any, expected: Any, function: Function) -> Mismatch | None:
    if output.compare == "data":
        return data_mismatch(output.name, value, expected)
    if expected is None or isinstance(expected, str):
        if value == expected and type(value) is type(expected):
            return None
        general = words.other_value(output.name, describe(value))
        return Mismatch("values", general, general)
    wanted = to_numpy(expected)
    got = to_numpy(value)
    if wanted is None:
        raise TypeError(
            f"the reference of {function.name} returned {type(expected).__name__}, which cannot be compared"
        )
    if got is None or (isinstance(expected, torch.Tensor) and wanted.ndim and not isinstance(value, torch.Tensor)):
        return _type_mismatch(output, value, expected)
    return (
        _shape_mismatch(output, got.shape, wanted.shape)
        or _dtype_mismatch(output, got, wanted)
        or _value_mismatch(output, got, wanted, value, function)
    )


def to_numpy(value: Any) -> np.ndarray | None:
    """A plain numeric array, or None if the value is not one. bfloat16 and float16 become float32."""
    if isinstance(value, torch.Tensor):
        value = value.detach()
        if value.dtype in (torch.bfloat16, torch.float16):
            value = value.to(torch.float32)
        return value.resolve_conj().resolve_neg().cpu().numpy()
    if isinstance(value, (list, tuple)):  # numpy knows nothing of some of torch's dtypes
        value = [to_numpy(part) if isinstance(part, (torch.Tensor, list, tuple)) else part for part in value]
        if any(part is None for part in value):
            return None
    if isinstance(value, (bool, int, float, complex, np.number, np.bool_, np.ndarray, list)):
        try:
            array = np.asarray(value)
        except (ValueError, OverflowError):
            return None
        return array if array.dtype.kind in _KINDS else None
    return None


def _type_mismatch(output: Output, value: Any, expected: Any) -> Mismatch:
    array = to_numpy(expected)
    single = array is not None and not array.ndim
    wanted = "" if single else "torch.Tensor" if isinstance(expected, torch.Tensor) else "numpy.ndarray"
    general = words.wrong_type(output.name, wanted, describe(value))
    return Mismatch("type", general, general)


def compare_shape(shape: tuple[int, ...], expected: Any, function: Function) -> Mismatch | None:
    """What is wrong with an answer of which the shape alone is known; None where more than one array is expected."""
    wanted = None if isinstance(expected, (Mapping, tuple, list)) else to_numpy(expected)
    return None if wanted is None else _shape_mismatch(function.outputs[0], shape, wanted.shape)


def _shape_mismatch(output: Output, got: tuple[int, ...], wanted: tuple[int, ...]) -> Mismatch | None:
    if got == wanted:
        return None
    names = axis_names(output, len(wanted))
    symbols = f"({', '.join(names)})" if names else f"{len(wanted)} axes"
    general = words.wrong_shape(output.name, symbols if wanted else "")
    detail = words.expected_and_got(output.name, named_shape(output, wanted), _sizes(got))
    return Mismatch("shape", general, detail)


def axis_names(output: Output, ndim: int) -> list[str] | None:
    """A name for each of ``ndim`` axes, or None where the names given do not fit. An answer may have fewer leading
    axes than are named (no batch), or more where the names begin with an ellipsis."""
    names = output.axes.split()
    if names and names[0] in ("…", "..."):
        names = ["…"] * max(0, ndim - len(names) + 1) + names[1:]
    return names[len(names) - ndim :] if 0 < ndim <= len(names) else None


def named_shape(output: Output, shape: tuple[int, ...]) -> str:
    """``(B=2, h=2, T=5, d_h=4)``; plain sizes where the axes' names do not fit."""
    names = axis_names(output, len(shape))
    if names is None:
        return _sizes(shape)
    return f"({', '.join(_pair(name, size) for name, size in zip(names, shape, strict=True))})"


def _pair(name: str, number: int) -> str:
    return str(number) if name == "…" else f"{name}={number}"


def _sizes(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})" if shape else "()"


def _dtype_mismatch(output: Output, got: np.ndarray, wanted: np.ndarray) -> Mismatch | None:
    kind, wanted_kind = _KINDS[got.dtype.kind], _KINDS[wanted.dtype.kind]
    if kind == wanted_kind or (wanted_kind in ("float", "int") and kind in ("int", "bool") and wanted.ndim == 0):
        return None
    if wanted_kind == "int" and kind == "float":
        return None  # 12.0 for 12: the values decide
    general = words.wrong_dtype(output.name, wanted_kind, kind, str(got.dtype))
    return Mismatch("dtype", general, general)


def _value_mismatch(
    output: Output, got: np.ndarray, wanted: np.ndarray, value: Any, function: Function
) -> Mismatch | None:
    wrong = wrong_entries(output, got, wanted, value, function)
    if not wrong.any():
        return None
    general = words.wrong_values(output.name)
    detail = _worst_difference(output, got, wanted, wrong, function.atol)
    return Mismatch(
        "values", general, detail, got, wanted, wrong, tuple(axis_names(output, wanted.ndim) or ()), output.name
    )


def wrong_entries(output: Output, got: np.ndarray, wanted: np.ndarray, value: Any, function: Function) -> np.ndarray:
    """Boolean array: where two arrays of the same shape differ. NaN and infinities must stand at the same places."""
    if output.compare == "exact" or wanted.dtype.kind == "b":
        return np.asarray(got != wanted)
    rtol, atol = tolerance(value, got, function)
    if output.compare == "up_to_sign" and wanted.ndim:
        got = got * row_signs(got, wanted)
    with np.errstate(all="ignore"):
        return ~np.isclose(got, wanted, rtol=rtol, atol=atol, equal_nan=True)


def row_signs(got: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """+1 or −1 for each row (last axis): the sign that brings ``got`` closest to ``wanted``."""
    with np.errstate(all="ignore"):
        inner = np.sum(got * wanted, axis=-1, keepdims=True)
    return np.where(inner < 0, -1.0, 1.0)


def tolerance(value: Any, got: np.ndarray, function: Function) -> tuple[float, float]:
    """(rtol, atol) that an answer of this dtype is held to."""
    half = isinstance(value, torch.Tensor) and value.dtype in (torch.bfloat16, torch.float16)
    if half or got.dtype == np.float16:
        return 2e-2, 1e-2
    if got.dtype in (np.float32, np.complex64):
        return max(function.rtol, FLOAT32_RTOL), max(function.atol, FLOAT32_ATOL)
    return function.rtol, function.atol


def _worst_difference(output: Output, got: np.ndarray, wanted: np.ndarray, wrong: np.ndarray, atol: float) -> Text:
    if wanted.ndim == 0:
        right, mine = two_numbers(wanted[()], got[()], atol)
        return words.expected_and_got(output.name, right, mine)
    with np.errstate(all="ignore"):
        size = np.where(wrong, np.abs(got.astype(np.complex128) - wanted.astype(np.complex128)), -1.0)
    size = np.where(wrong & ~np.isfinite(size), np.inf, size)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(size)), size.shape))
    names = axis_names(output, wanted.ndim) or ["…"] * wanted.ndim
    place = ", ".join(_pair(name, i) for name, i in zip(names, index, strict=True))
    share = 100 * wrong.mean()
    right, mine = two_numbers(wanted[index], got[index], atol)
    shown = f"{share:.0f}" if share >= 1 else "< 1"
    return words.worst_difference(output.name, shown, place, right, mine)


def two_numbers(one: Any, other: Any, atol: float) -> tuple[str, str]:
    """Two numbers in four digits, or in as many as it takes to show that they differ."""
    shown = _number(one, atol), _number(other, atol)
    digits = 4
    while shown[0] == shown[1] and digits < _ALL_DIGITS and one != other:
        digits += 1
        shown = _number(one, 0.0, digits), _number(other, 0.0, digits)
    return shown


def _number(value: Any, atol: float, digits: int = 4) -> str:
    """The number; what is far below the tolerance is rounding, and written 0 (never « -0 »)."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)) and digits > 4:
        return str(int(value))
    return "0" if abs(value) < atol / 10 else f"{value + 0.0:.{digits}g}"
