"""Figures: French numbers on axes, and none without a text for who cannot see it."""

import matplotlib
import matplotlib.pyplot as plt
import pytest

from attentif.figures import fr, french, show, use_style
from attentif.figures.shown import NoAlternativeText


@pytest.fixture(autouse=True)
def style(monkeypatch):
    monkeypatch.setattr("matplotlib.ticker.ScalarFormatter.fix_minus", matplotlib.ticker.ScalarFormatter.fix_minus)
    with plt.rc_context():
        use_style()
        yield
        plt.close("all")


def ticks(axis):
    axis.figure.canvas.draw()
    return [label.get_text() for label in axis.get_ticklabels()]


def test_numbers():
    assert fr(-1234.5, 1) == "−1\u202f234,5"


def test_axes_have_decimal_commas_by_themselves():
    _figure, axes = plt.subplots()
    axes.set(xlim=(-1, 1), xticks=[-0.5, 0, 0.5])
    assert ticks(axes.xaxis) == ["−0,5", "0,0", "0,5"]
    french(axes.yaxis)
    axes.set(ylim=(0, 20000), yticks=[0, 12500])
    assert ticks(axes.yaxis) == ["0", "12\u202f500"]


def test_each_curve_has_its_own_line():
    _figure, axes = plt.subplots()
    lines = [axes.plot([0, 1], [n, n])[0] for n in range(4)]
    assert len({line.get_linestyle() for line in lines}) == 4
    assert len({line.get_color() for line in lines}) == 4


def test_nothing_is_small():
    assert min(plt.rcParams[name] for name in ("font.size", "xtick.labelsize", "legend.fontsize")) >= 9


def test_a_figure_is_shown_with_its_text(capsys, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append((data, more)))
    figure, axes = plt.subplots(figsize=(6, 3))
    axes.plot([0, 1])
    show(figure, "Une droite qui monte de 0 à 1")
    ((data, more),) = shown
    assert data["image/png"].startswith(b"\x89PNG")
    assert more["metadata"]["image/png"] == {"alt": "Une droite qui monte de 0 à 1", "width": 600}
    assert not plt.get_fignums()


def test_no_figure_is_shown_without_one():
    figure, _ = plt.subplots()
    with pytest.raises(NoAlternativeText):
        show(figure, "courbe")
