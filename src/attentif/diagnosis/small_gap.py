"""Answers that are nearly right: the gap is told for what it is, and no cause is named that was not tested."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attentif.diagnosis.relations import Sample
from attentif.diagnosis.submodules import Divergence
from attentif.exercises.exercise import Function
from attentif.reports.explanation import Explanation
from attentif.words import small_gap as words

SMALL = 1e-3  # of the largest value of the right answer


def explain_small_gap(
    samples: Sequence[Sample] | None, function: Function, diverging: Divergence | None = None
) -> Explanation | None:
    """What is said where all that is wrong is wrong by little; None elsewhere. ``diverging``: the sub-module where it
    begins, if that is known."""
    wrong = [sample for sample in samples or () if not sample.right]
    if not wrong or not all(is_small(sample.got, sample.wanted) for sample in wrong):
        return None
    begins = diverging.name if diverging is not None and diverging.how == "differs" else ""
    told = words.small_gap(begins)
    return Explanation(told.finding, None, told.consequence, told.hints, function=function.name)


def is_small(got: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether two arrays of floating-point numbers, of one shape and finite, differ by little and not by nothing."""
    if got.shape != wanted.shape or got.dtype.kind != "f" or wanted.dtype.kind != "f":
        return False
    if not np.isfinite(got).all() or not np.isfinite(wanted).all():
        return False
    gap, largest = np.abs(got - wanted).max(initial=0.0), np.abs(wanted).max(initial=0.0)
    return bool(0 < gap <= SMALL * largest)
