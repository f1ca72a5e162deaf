"""NaN and infinities where numbers were expected: told before anything else is judged, and where they start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from attentif.diagnosis.relations import Sample
from attentif.references.compare import to_numpy
from attentif.references.outcome import Trace
from attentif.reports.explanation import Explanation
from attentif.words import not_finite as words

NAME = "generic:nan"


def explain_not_finite(samples: Sequence[Sample], function: str, module: str = "") -> Explanation | None:
    """What is said of outputs that hold NaN or infinities where they should not; None if none does. ``module`` is
    the sub-module in whose output they first show, if that is known."""
    broken = [(sample, places) for sample in samples if (places := broken_places(sample)).any()]
    if not broken:
        return None
    names = tuple(dict.fromkeys(sample.output.name for sample, _ in broken))
    concerned = [sample for sample in samples if sample.output.name in names]
    rest_is_right = _rest_is_right(concerned)
    told = words.not_finite(
        names if len(function_outputs(samples)) > 1 else (),
        _kind(broken),
        whole=all(places.all() for _, places in broken),
        rest_is_right=rest_is_right,
        rows=all(places.all() or _whole_rows(places) for _, places in broken),
        everywhere=len(broken) == len(concerned),
        shape=any(sample.got.shape != sample.wanted.shape for sample, _ in broken),
        module=module,
    )
    name = NAME if rest_is_right else ""  # a name for all that is wrong, or the first thing to be said of it
    return Explanation(told.finding, _first_place(broken[0][0]), told.consequence, told.hints, name, function)


def function_outputs(samples: Sequence[Sample]) -> set[str]:
    """Names of the outputs that the samples are about."""
    return {sample.output.name for sample in samples}


def explain_not_finite_reply() -> Explanation:
    """What is said of a property that a NaN makes impossible to judge."""
    told = words.no_judgement()
    return Explanation(told.finding, None, told.consequence, told.hints)


def broken_places(sample: Sample) -> np.ndarray:
    """Boolean array of the student's shape: not finite, where the right answer is (anywhere, if shapes differ and
    the right answer is finite throughout)."""
    got, wanted = sample.got, sample.wanted
    if got.dtype.kind not in "fc" or wanted.dtype.kind not in "fc":
        return np.zeros(got.shape, dtype=bool)
    right = np.isfinite(wanted)
    if got.shape != wanted.shape:
        right = np.full(got.shape, bool(right.all()))
    return ~np.isfinite(got) & right


def holds_nan(value: Any) -> bool:
    """Whether there is a NaN anywhere in a value, of any plain kind."""
    if isinstance(value, Mapping):
        return any(holds_nan(part) for part in value.values())
    if isinstance(value, (list, tuple)):
        return any(holds_nan(part) for part in value)
    array = to_numpy(value)
    return array is not None and array.dtype.kind in "fc" and bool(np.isnan(array).any())


def first_broken_module(mine: Trace, known: Sequence[str]) -> str:
    """The first sub-module of the reference's whose output, at the student's, is not finite; empty if none is."""
    for name, value in mine:
        array = to_numpy(value)
        if array is not None and array.dtype.kind in "fc" and not np.isfinite(array).all():
            return name if name in known else ""
    return ""


def _kind(broken: Sequence[tuple[Sample, np.ndarray]]) -> str:
    nan = any(np.isnan(sample.got[places]).any() for sample, places in broken)
    infinite = any(np.isinf(sample.got[places]).any() for sample, places in broken)
    return "both" if nan and infinite else "nan" if nan else "infinite"


def _rest_is_right(samples: Sequence[Sample]) -> bool:
    """Whether all that is finite is right, and there is some of it beside what is not."""
    beside = False
    for sample in samples:
        places = broken_places(sample)
        if sample.got.shape != sample.wanted.shape:
            return False
        if not sample.right and (sample.wrong(sample.got, sample.wanted) & ~places).any():
            return False
        beside = beside or bool(places.any() and not places.all())
    return beside


def _whole_rows(places: np.ndarray) -> bool:
    return places.ndim > 1 and bool((places.any(-1) == places.all(-1)).all())


def _first_place(sample: Sample) -> Any:
    """Where the first one stands, by the names of the axes; in a hidden check, evidence is dropped."""
    got = sample.got
    index = tuple(int(i) for i in np.argwhere(broken_places(sample))[0])
    places = [f"{sample.axis_name(i - got.ndim)}={n}" for i, n in enumerate(index)]
    return words.starts(sample.output.name, ", ".join(places), str(got[index]))
