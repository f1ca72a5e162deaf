"""Atelier 4, exercise 4.10: every number that its statements work out by hand, computed again."""

import math
import re

import nbformat
import pytest
from courses import ROOT
from scipy.stats import binomtest

NOTEBOOK = ROOT / "source" / "atelier4" / "03_affiner_et_evaluer.ipynb"


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones."""
    (source,) = [c.source for c in nbformat.read(NOTEBOOK, 4).cells if c.id == cell_id]
    return re.sub("[\u202f\u00a0]", " ", source)


def fr(x, digits):
    return f"{x:.{digits}f}".replace(".", ",")


def test_the_schedule():
    text = cell("ex-4-10")
    total, warmup = 10 * 2, 10 * 2 // 10
    assert f"$S={total}$, $w={warmup}$" in text
    factors = [s / warmup if s < warmup else (total - s) / (total - warmup) for s in range(total)]
    assert factors[:3] == [0, 1 / 2, 1]
    assert factors[11] == 9 / 18 == 0.5
    assert r"$\tfrac{9}{18}=0{,}5$ quand $s=11$" in text
    assert factors[-1] == pytest.approx(1 / 18)
    assert rf"$\tfrac1{{18}}\approx{fr(1 / 18, 3).replace(',', '{,}')}$ à la dernière" in text


def test_the_measure():
    text = cell("ex-4-10")
    rows = re.findall(r"^\| (\d) \| (\d) \| (0,\d) \| (\d) \|$", text, re.MULTILINE)
    sizes, losses, hits = zip(*[(int(n), float(x.replace(",", ".")), int(k)) for _, n, x, k in rows], strict=True)
    assert sizes == (4, 4, 2)
    weighted = [n * x for n, x in zip(sizes, losses, strict=True)]
    shares = [k / n for n, k in zip(sizes, hits, strict=True)]
    assert sum(weighted) / sum(sizes) == pytest.approx(0.48)
    assert sum(hits) / sum(sizes) == 0.8
    assert "/10=0{,}48$ et `valid_accuracy` $8/10=0{,}8$" in text
    assert f"donnerait {fr(sum(losses) / 3, 3)} et {fr(sum(shares) / 3, 2)}" in text
    assert f"en oubliant le dernier, {fr(sum(weighted[:2]) / 8, 1)} et {fr(sum(hits[:2]) / 8, 3)}" in text
    assert f"quatre phrases, {fr(sum(weighted) / 12, 1)} et {fr(sum(hits) / 12, 3)}" in text


def test_the_interval():
    text = cell("ex-4-10-predictions")
    assert rf"\approx{fr(math.sqrt(0.84 * 0.16 / 1000), 4).replace(',', '{,}')}$" in text
    low, high = binomtest(840, 1000).proportion_ci(0.95, method="wilson")
    assert f"va de {fr(low, 3)} à {fr(high, 3)}. Il ne contient pas 0,80" in text
    assert low > 0.80


def test_the_steps_are_those_of_the_hidden_checks():
    hidden = (ROOT / "grader_tests" / "atelier4" / "predictions" / "test_hidden.py").read_text(encoding="utf-8")
    graded = [float(x) for x in re.findall(r"check_step\(handed_in, remarks, ([\d.]+)\)", hidden)]
    told = re.findall(r"^\| à partir de (0,\d+) \| (\d) \|", cell("ex-4-10-predictions"), re.MULTILINE)
    assert [(float(x.replace(",", ".")), int(points)) for x, points in told] == list(
        zip(graded, (1, 2, 3), strict=True)
    )
