"""A figure with its alternative text: no picture of the course is without one."""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt


class NoAlternativeText(ValueError):
    """A figure is to be shown, and nothing is said of it to who cannot see it."""


def show(figure: Any, alt: str) -> None:
    """Displays a matplotlib figure as a PNG with the alternative text ``alt``, and closes it.

    Raises NoAlternativeText where ``alt`` is shorter than a sentence."""
    if len(alt.split()) < 4:
        raise NoAlternativeText("show(figure, alt): say in a sentence what the figure shows")
    from IPython.display import display

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi)
    plt.close(figure)
    width = round(figure.get_size_inches()[0] * 100)
    metadata = {"image/png": {"alt": alt, "width": width}}
    display({"image/png": buffer.getvalue(), "text/plain": alt}, raw=True, metadata=metadata)
