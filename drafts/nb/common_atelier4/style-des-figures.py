# tags: illustration
# Apparence des figures : couleurs d’Okabe et Ito, un trait différent par courbe, virgule décimale, rien sous 9 points.
from cycler import cycler
from matplotlib.ticker import FuncFormatter

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#5F5F5F"
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
    }
)


FRENCH = str.maketrans({",": "\u202f", ".": ",", "-": "−"})


def fr(x, digits=2):
    """A number as French writes it: fr(-1234.5, 1) is "−1 234,5" (with narrow no-break spaces)."""
    return f"{x:,.{digits}f}".translate(FRENCH)


def french(*axes):
    """Ticks as French writes numbers, on these axes (`ax.xaxis`, `ax.yaxis`)."""
    for axis in axes:
        axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}".translate(FRENCH)))
