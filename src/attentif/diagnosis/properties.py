"""What can be said of an answer that nothing names: the most telling property that it lacks, and a general next step.

An output may declare properties that its right values have (``Output.properties``); one is told only where the right
answer has it and the student's has not. A few others are seen on any output. All are facts about what was returned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from attentif.diagnosis.relations import Sample
from attentif.exercises.exercise import Function
from attentif.reports.explanation import Explanation
from attentif.words import properties as words

_SLACK = 1e-3  # what a property may be off by: far above the tolerances, so that no rounding is called a fault


@dataclass(frozen=True)
class Property:
    """``lacks(got, wanted)``: whether ``got`` lacks it where ``wanted`` has it; arrays of one shape, finite.
    ``measure``: a number of the student's that shows it, for public checks."""

    lacks: Callable[[np.ndarray, np.ndarray], bool]
    measure: Callable[[np.ndarray, np.ndarray], float] | None = None


def explain_property(samples: Sequence[Sample], function: Function, *, hidden: bool) -> Explanation | None:
    """What is said of the first property that wrong outputs lack; None where there is none to tell."""
    wrong = [s for s in samples if not s.right and s.got.shape == s.wanted.shape and s.got.dtype.kind in "fiub"]
    wrong = [s for s in wrong if s.wanted.dtype.kind in "fiub"]
    several = len({sample.output.name for sample in samples}) > 1
    for name in (*DECLARED, *SEEN):
        for sample in wrong:
            if name in SEEN or name in sample.output.properties:
                got, wanted = sample.got.astype(float), sample.wanted.astype(float)
                known = DECLARED.get(name) or SEEN[name]
                if known.lacks(got, wanted):
                    told = words.lacking(name, sample.output.name if several else "")
                    shown = None if hidden or known.measure is None else words.yours(known.measure(got, wanted))
                    return Explanation(told.finding, shown, told.consequence, told.hints, function=function.name)
    return _only_some_outputs(samples, function)


def _only_some_outputs(samples: Sequence[Sample], function: Function) -> Explanation | None:
    """Some outputs are right in every case, others are not."""
    wrong = list(dict.fromkeys(s.output.name for s in samples if not s.right))
    right = list(dict.fromkeys(s.output.name for s in samples if s.output.name not in wrong))
    if not wrong or not right:
        return None
    told = words.only_some(right, wrong)
    return Explanation(told.finding, None, told.consequence, told.hints, function=function.name)


def _off_by_most(found: np.ndarray, target: float) -> float:
    return float(found.flat[int(np.argmax(np.abs(found - target)))])


def _sums(total: float) -> Property:
    """Rows (last axis) sum to ``total``."""

    def measured(got: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        if not wanted.ndim:
            return np.zeros(0)
        return got.sum(-1)[np.abs(wanted.sum(-1) - total) < 1e-6]

    return Property(
        lambda got, wanted: bool((np.abs(measured(got, wanted) - total) > _SLACK).any()),
        lambda got, wanted: _off_by_most(measured(got, wanted), total),
    )


def _norms(got: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    if not wanted.ndim:
        return np.zeros(0)
    return np.linalg.norm(got, axis=-1)[np.abs(np.linalg.norm(wanted, axis=-1) - 1) < 1e-6]


def _future(array: np.ndarray) -> np.ndarray:
    """The entries above the diagonal of the last two axes."""
    return array[..., np.triu(np.ones(array.shape[-2:], dtype=bool), 1)]


def _is_causal(array: np.ndarray) -> bool:
    return array.ndim >= 2 and not _future(array).any()


def _is_symmetric(array: np.ndarray) -> bool:
    square = array.ndim >= 2 and array.shape[-1] == array.shape[-2]
    return square and bool(np.allclose(array, np.swapaxes(array, -1, -2), rtol=0, atol=_SLACK * np.abs(array).max()))


def _is_decreasing(array: np.ndarray) -> bool:
    return array.ndim >= 1 and bool((np.diff(array, axis=-1) <= 1e-9).all())


def _outside(bound: float, side: int) -> Property:
    """``side`` −1: nothing below the bound; +1: nothing above."""

    def lacks(got: np.ndarray, wanted: np.ndarray) -> bool:
        scale = _SLACK * max(1e-6, float(np.abs(wanted).max(initial=0.0)))
        return bool((side * (wanted - bound) <= 1e-9).all() and (side * (got - bound) > scale).any())

    def measure(got: np.ndarray, _wanted: np.ndarray) -> float:
        return float(got.max() if side > 0 else got.min())

    return Property(lacks, measure)


def _is_constant(array: np.ndarray) -> bool:
    return array.size > 1 and bool((array == array.flat[0]).all())


def _rows_are_equal(array: np.ndarray) -> bool:
    if array.ndim < 2 or array.shape[-2] < 2 or _is_constant(array):
        return False
    return bool(np.allclose(array, array[..., :1, :], rtol=1e-9, atol=0))


def _lacking(has: Callable[[np.ndarray], bool]) -> Property:
    return Property(lambda got, wanted: has(wanted) and not has(got))


def _having(has: Callable[[np.ndarray], bool]) -> Property:
    return Property(lambda got, wanted: has(got) and not has(wanted))


def _nonzero_where_hidden(got: np.ndarray, wanted: np.ndarray) -> bool:
    return bool((np.abs(got[wanted == 0]) > _SLACK * np.abs(wanted).max(initial=0.0)).any())


# The order is that in which they are told: the first says most about where to look.
DECLARED: dict[str, Property] = {
    "causal": _lacking(_is_causal),
    "zero_where_hidden": Property(_nonzero_where_hidden),
    "nonnegative": _outside(0.0, -1),
    "rows_sum_to_one": _sums(1.0),
    "rows_sum_to_zero": _sums(0.0),
    "at_most_one": _outside(1.0, 1),
    "unit_rows": Property(
        lambda got, wanted: bool((np.abs(_norms(got, wanted) - 1) > _SLACK).any()),
        lambda got, wanted: _off_by_most(_norms(got, wanted), 1.0),
    ),
    "symmetric": _lacking(_is_symmetric),
    "decreasing": _lacking(_is_decreasing),
}
SEEN: dict[str, Property] = {
    "all_zero": _having(lambda array: array.size > 0 and not array.any()),
    "constant": _having(_is_constant),
    "rows_equal": _having(_rows_are_equal),
}
