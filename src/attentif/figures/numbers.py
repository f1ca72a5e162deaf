"""Numbers as French writes them, in text and on axes."""

from __future__ import annotations

from typing import Any

from attentif.words.numbers import FRENCH


def fr(x: float, digits: int = 2) -> str:
    """``fr(-1234.5, 1)`` is "−1 234,5", with narrow no-break spaces."""
    return f"{x:,.{digits}f}".translate(FRENCH)


def french(*axes: Any) -> None:
    """Ticks as French writes numbers, on these axes (``ax.xaxis``, ``ax.yaxis``)."""
    from matplotlib.ticker import FuncFormatter

    for axis in axes:
        axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}".translate(FRENCH)))
