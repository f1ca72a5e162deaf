"""Item statistics, as PrairieLearn and Moodle give them: facility, discrimination, reliability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_RESAMPLES, _LEVEL, _SEED = 1000, 0.95, 20260000
FEWEST = 5  # students, below which discrimination and reliability say nothing

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ItemStatistics:
    """Of one exercise. ``facility``: mean share of its points, 0 to 1. ``discrimination``: correlation with the rest of
    the atelier (*corrected item–rest*), None where it is not defined; ``interval``: its 95 % bootstrap interval.
    ``full`` and ``none``: shares of students with all points, with none."""

    facility: float
    discrimination: float | None
    interval: tuple[float, float] | None
    full: float
    none: float


def item_statistics(scores: Floats, greatest: Floats) -> list[ItemStatistics]:
    """For each item: ``scores`` is (students, items), ``greatest`` (items,), both in points, every maximum above 0."""
    rest = scores.sum(axis=1, keepdims=True) - scores
    draws = np.random.default_rng(_SEED).integers(0, len(scores), (_RESAMPLES, len(scores)))
    found = []
    for item in range(scores.shape[1]):
        mine, others = scores[:, item], rest[:, item]
        share = mine / greatest[item]
        told = len(scores) >= FEWEST
        discrimination = float(correlations(mine[None], others[None])[0]) if told else np.nan
        interval = _interval(mine, others, draws) if told and np.isfinite(discrimination) else None
        found.append(
            ItemStatistics(
                float(share.mean()),
                discrimination if np.isfinite(discrimination) else None,
                interval,
                float(np.mean(share >= 1.0 - 1e-9)),
                float(np.mean(share <= 1e-9)),
            )
        )
    return found


def correlations(one: Floats, other: Floats) -> Floats:
    """Pearson's correlation of each row of ``one`` with the same row of ``other``; NaN where one of them does not
    vary."""
    one, other = one - one.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True)
    lengths = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(lengths > 1e-12, (one * other).sum(axis=1) / lengths, np.nan))


def _interval(mine: Floats, others: Floats, draws: NDArray[np.int64]) -> tuple[float, float] | None:
    """The bootstrap's percentile interval; None if more than half of the samples do not vary."""
    found = correlations(mine[draws], others[draws])
    found = found[np.isfinite(found)]
    if len(found) < _RESAMPLES / 2:
        return None
    low, high = np.quantile(found, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)


def alpha(scores: Floats) -> float | None:
    """Cronbach's alpha of (students, items) scores: how far the items measure one thing (Cronbach 1951, formula 2).
    None below two items or ``FEWEST`` students, or where totals do not vary."""
    students, items = scores.shape
    total = scores.sum(axis=1).var(ddof=1) if students > 1 else 0.0
    if items < 2 or students < FEWEST or total < 1e-12:
        return None
    return float(items / (items - 1) * (1 - scores.var(axis=0, ddof=1).sum() / total))
