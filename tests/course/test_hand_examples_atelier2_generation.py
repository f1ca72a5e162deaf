"""Atelier 2, notebook 4: every number that a statement works out by hand, computed again."""

import re
from fractions import Fraction

import nbformat
import torch
from courses import ROOT

from attentif.exercises.course import Course
from attentif.references.oracles import load_exercise

COURSE = Course(ROOT)


def independent(exercise):
    """The independent implementations of an exercise, by name."""
    return load_exercise(COURSE.oracle("atelier2", exercise)).independent


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones."""
    cells = nbformat.read(ROOT / "source" / "atelier2" / "04_generation.ipynb", 4).cells
    (source,) = [c.source for c in cells if c.id == cell_id]
    return re.sub("[\u202f\u00a0]", " ", source)


def fr(x, digits):
    """A number as the text writes it."""
    return f"{x:,.{digits}f}".replace(",", " ").replace(".", ",")


def test_a_colder_softmax():
    squares = [Fraction(1, n) ** 2 for n in (2, 4, 8, 8)]
    assert sum(squares) == Fraction(22, 64)
    shares = [p / sum(squares) for p in squares]
    assert shares == [Fraction(n, 22) for n in (16, 4, 1, 1)]
    written = r";\ ".join(fr(float(p), 3).replace(",", "{,}") for p in shares)
    assert written in cell("ex-2-17")
    logits = torch.tensor([1 / 2, 1 / 4, 1 / 8, 1 / 8], dtype=torch.float64).log()
    cold = independent("generation")["apply_temperature"](logits, 0.5)
    assert torch.allclose(cold, torch.tensor([float(p) for p in shares], dtype=torch.float64))


def test_the_filters():
    text = cell("ex-2-17")
    kept = independent("generation")["top_k_filter"](torch.tensor([2.0, 1.0, 0.0, 1.0, -1.0]), 2)
    assert kept.tolist() == [2.0, 1.0] + 3 * [-torch.inf]
    assert r"(2, 1, -\infty, -\infty, -\infty)" in text
    nucleus = independent("generation")["top_p_filter"](torch.tensor([0.125, 0.5, 0.125, 0.25]), 0.7)
    assert torch.allclose(nucleus, torch.tensor([0.0, 2 / 3, 0.0, 1 / 3]))
    assert r"(0, \tfrac23, 0, \tfrac13)" in text


def test_a_text_of_four_tokens():
    text = cell("ex-2-17")
    rows = re.search(r"W=\\begin\{pmatrix\}(.*?)\\end", text)[1].split(r"\\")
    W = torch.tensor([[float(x.replace("{,}", ".")) for x in row.split("&")] for row in rows], dtype=torch.float64)
    read = [0]
    for line in re.findall(r"\| \(([\d,; ]+)\) \| (\d) \|", text):
        logits = sum(0.9**i * W[j] for i, j in enumerate(reversed(read[-2:])))
        stated = [float(x.replace(",", ".")) for x in line[0].split(";")]
        assert torch.allclose(logits, torch.tensor(stated, dtype=torch.float64)), read
        assert int(logits.argmax()) == int(line[1])
        read.append(int(line[1]))
    assert read == [0, 1, 2, 3]
    assert independent("generation")["continue_with"](None, W, 2, torch.tensor([[0]]), 3, 0.0).tolist() == [read]


def test_nuclei_of_figure_1():
    logits = torch.tensor([3.0, 2.4, 2.0, 1.0, 0.6, 0.0, -0.5, -1.0], dtype=torch.float64)
    caption, sizes = cell("figure-temperature-legende"), []
    answers = independent("generation")
    for T in (0.5, 1.0, 2.0):
        p = answers["apply_temperature"](logits, T)
        sizes.append(int((answers["top_p_filter"](p, 0.8) > 0).sum()))
    assert "{} jetons suffisent à $T=0{{,}}5$, il en faut {} à $T=1$ et {} à $T=2$".format(*sizes) in caption
    ends = answers["apply_temperature"](logits, 2.0)
    assert float(answers["apply_temperature"](logits, 0.5)[0]) > 0.6
    assert f"de {fr(float(ends[0]), 2)} environ à {fr(float(ends[-1]), 2)}" in caption


def test_a_mask_of_two_new_positions():
    text = cell("ex-2-18")
    right = torch.arange(5) <= 3 + torch.arange(2)[:, None]
    wrong = torch.ones(2, 5).tril()
    for mask in (right, wrong):
        rows = r"\\".join("&".join(str(int(x)) for x in row) for row in mask)
        assert rf"\begin{{pmatrix}}{rows}\end{{pmatrix}}" in text


def test_what_a_token_costs():
    text, count = cell("ex-2-18"), independent("kv_cache")["count_multiplications"]
    sizes = (1024, 128, 4, 2, 512)
    again = int(count(None, None, sizes, {}, torch.zeros(1, 64), [64])[0])
    kept = int(count(None, None, sizes, {}, torch.zeros(1, 64), [63, 1])[1])
    assert f"coûte {fr(again, 0)} multiplications" in text
    assert f"{fr(kept, 0)} : **{again // kept} fois moins**" in text
    assert again == 64 * kept
    assert f"$2\\,L\\,d={2 * 2 * 128}$" in text
    numbers = 2 * 32 * 4096
    end = cell("point-2-18")
    assert all(fr(n, 0) in end for n in (numbers, 2 * numbers, 2 * numbers * 4096))
    assert 2 * numbers * 4096 == 2 * 2**30
