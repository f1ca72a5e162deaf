"""Colours that everybody can tell apart, and a line style for each: a figure printed in grey says the same.

The palette is Okabe and Ito's, "Color Universal Design", 2008.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.ticker import Formatter, ScalarFormatter

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY = "#CC79A7", "#56B4E9", "#5F5F5F"


def use_style() -> None:
    """Sets matplotlib for the notebook: nothing below 9 points, no frame that says nothing, decimal commas on axes."""
    # What matplotlib passes each tick's text through.
    ScalarFormatter.fix_minus = staticmethod(_with_comma)  # type: ignore[method-assign, assignment]
    plt.rcParams.update(
        {
            "font.size": 11,
            "xtick.labelsize": 10,
            "ytick.labelsize": 10,
            "legend.fontsize": 10,
            "legend.frameon": False,
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": cycler(color=[BLUE, RED, GREEN, ORANGE]) + cycler(linestyle=["-", "--", "-.", ":"]),
            "image.cmap": "cividis",
        }
    )


def _with_comma(text: str) -> str:
    return Formatter.fix_minus(text).replace(".", ",")
