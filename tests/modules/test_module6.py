"""Module 6: every number of the text and the captions, and what each answer to a question comes from."""

import math
import re
from itertools import product

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
import torch
from courses import ROOT
from scipy import stats
from torch import nn
from torch.nn import functional as F

from attentif import figures
from attentif.exercises.question_files import read_questions
from attentif.exercises.questions import computed

MODULE = ROOT / "source" / "module6"
QUESTIONS = read_questions(ROOT / "grader_tests" / "module6" / "questions.md")
CELLS = {c.id: c.source for c in nbformat.read(MODULE / "6_optimisation.ipynb", 4).cells}
TEXT = (MODULE / "data" / "udhr" / "fra.txt").read_text(encoding="utf-8")


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones, decimal commas of formulas as in prose."""
    return re.sub("[\u202f\u00a0]", " ", CELLS[cell_id]).replace("{,}", ",").replace("\\,", " ")


def fr(x, digits=2):
    """A number as the text writes it."""
    return f"{x:,.{digits}f}".replace(",", " ").replace(".", ",").replace("-", "−")


def draws(name):
    """Every combination of the numbers that a question draws."""
    drawn = QUESTIONS[name].drawn
    return [dict(zip(drawn, values, strict=True)) for values in product(*drawn.values())]


def right(name, values):
    return computed(QUESTIONS[name].right.expression, values)


def wrong(name, values):
    return [computed(value.expression, values) for value in QUESTIONS[name].wrong]


def run(monkeypatch, *ids):
    """The notebook's own cells, with the names that its import cell would have given; figures are kept unseen."""
    monkeypatch.chdir(MODULE)
    alts = []
    names = {name: getattr(figures, name) for name in figures.__all__}
    names |= {"math": math, "np": np, "torch": torch, "plt": plt, "show": lambda _, alt: alts.append(alt)}
    for cell_id in ids:
        exec(CELLS[cell_id], names)
    plt.close("all")
    return names, alts


def stepped(make, w, g):
    """The weight after one step of an optimizer of PyTorch."""
    w = torch.tensor([float(w)], dtype=torch.float64, requires_grad=True)
    optimizer = make([w])
    w.grad = torch.tensor([float(g)], dtype=torch.float64)
    optimizer.step()
    return w.item()


def adam_l2(lr, decay):
    return lambda w: torch.optim.Adam(w, lr=lr, weight_decay=decay, eps=0)


def adamw(lr, decay):
    return lambda w: torch.optim.AdamW(w, lr=lr, weight_decay=decay, eps=0)


class TestStart:
    def test_the_first_loss(self):
        said = cell("depart")
        letters = len(set(TEXT))
        uniform = F.cross_entropy(torch.zeros(1, letters), torch.tensor([0])).item()
        assert f"| nos lettres | {letters} | {fr(uniform)} |" in said
        assert f"| BERT | {fr(30522, 0)} | {fr(stats.uniform(0, 30522).entropy())} |" in said

    def test_frequency_of_letters(self):
        train = TEXT[: len(TEXT) * 9 // 10]
        counts = [train.count(letter) for letter in set(TEXT)]
        assert fr(stats.entropy(counts)) == "2,99"
        assert "2,99" in cell("depart-texte")
        assert "2,99" in cell("figure-echauffement-legende")


class TestValley:
    def test_bounds(self):
        said = cell("descente-texte")
        assert 2 / 25 == 0.08
        assert "\\eta<0,08" in said
        assert "\\eta=0,07$, $x$ ne perd que 7 %" in said
        assert pytest.approx(-0.75) == 1 - 25 * 0.07
        assert "-0,75" in cell("figure-vallee-legende")

    def test_momentum_under_a_constant_slope(self):
        w = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=1, momentum=0.9)
        for _ in range(200):
            w.grad = torch.ones(1)
            before = w.item()
            optimizer.step()
        assert before - w.item() == pytest.approx(10, rel=1e-3)
        assert "dix fois $g$ pour $\\beta=0,9$" in cell("descente-texte")

    def test_the_figure(self, monkeypatch):
        names, _ = run(monkeypatch, "figure-vallee")
        sgd, momentum, adam = names["paths"].values()
        assert np.allclose(sgd, [[-8 * 0.93**t, 1.5 * (-0.75) ** t] for t in range(61)], atol=1e-4)
        assert momentum[:, 0].max() > 0.5  # it overshoots
        assert np.allclose(np.abs(adam[1] - adam[0]), 0.3)  # both by eta, whatever the slope
        assert f"la pente soit {abs(-8)} ou {fr(25 * 1.5, 1)}" in cell("figure-vallee-legende")
        exploding = names["path"](lambda w: torch.optim.SGD(w, lr=0.085))
        assert abs(exploding[-1, 1]) > 100


class TestAdam:
    def test_bias(self):
        rng = np.random.default_rng(0)
        g = 3 + rng.normal(size=(4000, 12))
        m = np.zeros(4000)
        for t in range(12):
            m = 0.9 * m + 0.1 * g[:, t]
        assert m.mean() / (1 - 0.9**12) == pytest.approx(3, abs=0.03)

    def test_the_first_step(self):
        said = cell("adam-texte")
        m, v = 0.1 * 2, 0.001 * 4
        assert f"$m={fr(m, 1)}$, $v={fr(v, 3)}$" in said
        assert (m / 0.1, v / 0.001) == (pytest.approx(2), pytest.approx(4))
        assert f"={fr(m / math.sqrt(v))}$ fois $\\eta$" in said
        assert stepped(adam_l2(0.1, 0), 0, 2) == pytest.approx(-0.1)
        assert stepped(adam_l2(0.1, 0), 0, 200) == pytest.approx(-0.1)

    def test_decay(self):
        said = cell("adamw-texte")
        w, g, lr, decay = 2, 4, 0.1, 0.5
        sgd = stepped(lambda p: torch.optim.SGD(p, lr=lr, weight_decay=decay), w, g)
        assert sgd == pytest.approx((1 - lr * decay) * w - lr * g)
        assert f"={fr(sgd, 1)}$ des deux façons" in said
        assert f"2-0,1={fr(stepped(adam_l2(lr, decay), w, g), 1)}$" in said
        assert f"\\times2={fr(stepped(adamw(lr, decay), w, g), 1)}$" in said


class TestDepth:
    def test_variance(self):
        rng = np.random.default_rng(0)
        x = np.maximum(rng.normal(size=(2000, 128)), 0)
        y = x @ rng.normal(scale=0.1, size=(128, 200))
        assert y.var() == pytest.approx(128 * 0.01 * (x**2).mean(), rel=0.05)
        assert (x**2).mean() == pytest.approx(0.5, rel=0.03)
        assert pytest.approx(2e-5, rel=0.2) == 0.7**30
        assert "0,7^{30}\\approx2\\cdot10^{-5}" in cell("variance-texte")

    def test_the_figure(self, monkeypatch):
        said = cell("figure-profondeur-legende")
        names, _ = run(monkeypatch, "figure-profondeur")
        small, kept, large = names["sizes"].values()
        assert pytest.approx(3e-5, rel=0.05) == 2.0**-15
        assert "2^{-15}\\approx3\\cdot10^{-5}" in said
        assert f"{fr(round(2**15, -3), 0)} environ" in said
        for found, theory in ((small, 2.0**-15), (kept, 1), (large, 2.0**15)):
            assert 1 / 3 < found[-1] / theory < 3


class TestSchedule:
    def test_root(self):
        said = cell("horaire-texte")
        assert [math.sqrt(100 / t) for t in (100, 400)] == [1, 0.5]
        assert "la moitié à $t=400$" in said
        assert 1 / math.sqrt(101) == pytest.approx(1 / 10, rel=0.01)
        assert "d’un facteur 10 en un seul pas" in said

    def test_cosine(self):
        w = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=1.0)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 80)
        for t in range(81):
            assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5 * (1 + math.cos(math.pi * t / 80)), abs=1e-9)
            if t == 40:
                assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5)
            optimizer.step()
            schedule.step()

    def test_the_figure(self, monkeypatch):
        names, _ = run(monkeypatch, "outils", "figure-echauffement")
        bare, warmed, pre = (names["smooth"](losses)[-1] for losses in names["curves"].values())
        assert names["unigram"] == pytest.approx(2.9855, abs=1e-3)
        assert abs(bare - names["unigram"]) < 0.15
        assert warmed < bare - 0.25
        assert pre < bare - 0.4


class TestClippingAndAccumulation:
    def test_one_factor(self):
        said = cell("ecretage-texte")
        tensors = [torch.zeros(4, requires_grad=True) for _ in range(3)]
        for tensor, norm in zip(tensors, (2, 3, 6), strict=True):
            tensor.grad = torch.full((4,), norm / 2)
        assert nn.utils.clip_grad_norm_(tensors, 1.4).item() == pytest.approx(7)
        factors = [t.grad.norm().item() / n for t, n in zip(tensors, (2, 3, 6), strict=True)]
        assert factors == pytest.approx([0.2] * 3, rel=1e-4)
        assert "=7$" in said
        assert "multipliés par 0,2" in said

    def test_tokens_weigh_the_same(self):
        losses = [[5.0], [1.0, 1.0, 1.0]]
        assert np.mean([*losses[0], *losses[1]]) == 2
        assert np.mean([np.mean(part) for part in losses]) == 3
        assert "(5+3)/4=2$, la moyenne des moyennes 3" in cell("accumulation-texte")


class TestRegularisation:
    def test_dropout(self):
        torch.manual_seed(0)
        kept = nn.Dropout(0.5)(torch.full((1000,), 4.0))
        assert set(kept.tolist()) == {0.0, 8.0}
        assert "(8,0,8,0)" in cell("regulariser-texte").replace(" ", "")
        assert nn.Dropout(0.1)(torch.ones(100_000)).mean().item() == pytest.approx(1, abs=0.01)

    def test_smoothed_targets(self):
        target = np.full(5, 0.1 / 5) + np.eye(5)[0] * 0.9
        assert target.tolist() == pytest.approx([0.92, 0.02, 0.02, 0.02, 0.02])
        least = F.cross_entropy(torch.tensor(np.log(target))[None], torch.tensor([0]), label_smoothing=0.1)
        assert least.item() == pytest.approx(stats.entropy(target))
        said = cell("regulariser-texte")
        assert "0,92 et quatre fois 0,02" in said
        assert f"mais {fr(least.item())}." in said


class TestSixteenBits:
    def test_the_table(self):
        rows = {}
        for line in cell("precision").splitlines():
            found = re.match(r"\| (\w*float\d+) \| (.+) \| (.+) \| (.+) \|$", line)
            if found:
                rows[found[1]] = [self.number(found[i]) for i in (2, 3, 4)]
        assert len(rows) == 3
        for name, stated in rows.items():
            info = torch.finfo(getattr(torch, name))
            assert stated == pytest.approx([info.max, info.tiny, info.eps], rel=0.02)

    def number(self, text):
        mantissa, exponent = re.match(r"\$?([\d, ]+)(?:\\cdot10\^\{(-?\d+)\})?", text).groups(default="0")
        return float(mantissa.replace(" ", "").replace(",", ".")) * 10.0 ** int(exponent)

    def test_two_dangers(self):
        assert torch.tensor(1e-8).half().item() == 0
        assert torch.tensor(1e-8 * 1024).half().item() > 0
        assert (torch.tensor(1.0).bfloat16() + torch.tensor(0.001).bfloat16()).item() == 1
        assert "1 024" in cell("precision-texte")


def test_the_sweep(monkeypatch):
    """Figure 4: the best step of each, on which side of it what goes wrong."""
    said = cell("figure-balayage-legende")
    names, _ = run(monkeypatch, "outils", "figure-balayage")
    rates, finals = names["rates"], names["finals"]
    assert len(rates) == 8
    best = {name: rates[int(np.argmin(values))] for name, values in finals.items()}
    assert best["Adam"] == pytest.approx(0.03, rel=0.1)
    assert best["SGD"] == 1
    assert "d’Adam est 0,03, celui de SGD 1, trente fois" in said
    assert min(finals["Adam"]) < min(finals["SGD"])
    assert finals["SGD"][-1] == finals["Adam"][-1] == 5
    assert finals["SGD"][0] == pytest.approx(math.log(names["V"]), abs=0.1)


class TestGallery:
    def test_each_flaw_looks_as_it_is_said(self, monkeypatch):
        names, _ = run(monkeypatch, "outils", "figure-galerie")
        assert list(names["gallery"]) == ["A", "B", "C", "D"]
        copied, slow, large, kept = (losses for losses, _ in names["gallery"].values())
        right = names["right"]
        assert copied[-1] < 0.1 < right[-1]
        assert right[-1] + 0.1 < slow[-1] < slow[40] < slow[0]
        assert abs(large[-1] - 2.99) < 0.3
        assert kept[-1] > kept.min() + 0.3

    def test_a_forgotten_eval_is_hardly_seen(self, monkeypatch):
        """« quelques centièmes de nat », with a dropout of a half."""
        names, _ = run(monkeypatch, "outils")
        torch.manual_seed(0)
        model = names["Decoder"](dropout=0.5)
        names["learn"](model, torch.optim.AdamW(model.parameters(), lr=0.01), 120)
        x, y = zip(*(names["windows"](names["valid"], 32) for _ in range(20)), strict=True)
        x, y = torch.cat(x), torch.cat(y)
        with torch.no_grad():
            noisy, still = (names["loss_of"](model.train(mode), x, y).item() for mode in (True, False))
        assert 0.01 < noisy - still < 0.1


class TestOverfitting:
    def test_the_figure(self, monkeypatch):
        names, _ = run(monkeypatch, "outils", "figure-surapprentissage")
        minima = []
        for seen, unseen in names["histories"]:
            assert seen[-1] < seen[8] < seen[0]
            minima.append(min(unseen))
            assert 30 <= names["steps"][int(np.argmin(unseen))] <= 90
            assert 2.9 < unseen[-1] < 3.2
        assert 0.003 < stats.tstd(minima) < 0.03
        assert torch.equal(names["train"], names["everything"])

    def test_more_text(self, monkeypatch):
        shorter = CELLS["figure-surapprentissage"].replace("in range(3)]", "in range(1)]").replace("ddof=1", "ddof=0")
        found = []
        for letters in ("1500", "3000"):
            cell = shorter.replace("LETTRES = 1500", f"LETTRES = {letters}")
            monkeypatch.setitem(CELLS, "figure-surapprentissage", cell)
            names, _ = run(monkeypatch, "outils", "figure-surapprentissage")
            found.append(names["histories"][0][1])
        small, large = found
        assert min(large) < min(small)
        assert np.argmin(large) > np.argmin(small)


class TestQuestions:
    def test_a_step_of_adamw(self):
        for values in draws("m6_q1"):
            g, decay = values["g"], values["lam"]
            assert right("m6_q1", values) == pytest.approx(stepped(adamw(0.1, decay), 1, g))
            as_l2, bare, proportional, biased = wrong("m6_q1", values)
            assert as_l2 == pytest.approx(stepped(adam_l2(0.1, decay), 1, g))
            assert bare == pytest.approx(stepped(adam_l2(0.1, 0), 1, g) - decay)
            assert proportional == pytest.approx(stepped(lambda w: torch.optim.SGD(w, lr=0.1), 1, g) - 0.1 * decay)
            m, v = 0.1 * g, 0.001 * g**2
            assert biased == pytest.approx(1 - 0.1 * m / math.sqrt(v) - 0.1 * decay)
        first = draws("m6_q1")[0]
        found = [right("m6_q1", first), *wrong("m6_q1", first)]
        assert found[:4] == pytest.approx([0.87, 0.90, 0.60, 0.77])

    def test_a_first_loss(self):
        for values in draws("m6_q2"):
            V = values["V"]
            loss = F.cross_entropy(torch.zeros(1, V, dtype=torch.float64), torch.tensor([3])).item()
            assert right("m6_q2", values) == pytest.approx(loss)
            bits, tens, choices, chance = wrong("m6_q2", values)
            assert (bits, tens) == (pytest.approx(loss / math.log(2)), pytest.approx(loss / math.log(10)))
            assert (choices, chance) == (pytest.approx(math.exp(loss)), pytest.approx(math.exp(-loss)))
        assert round(right("m6_q2", {"V": 10_000}), 2) == 9.21

    def test_micro_batches(self):
        for values in draws("m6_q3"):
            a = values["a"]
            losses = [[a] * 2, [2] * 6]
            assert right("m6_q3", values) == np.mean([*losses[0], *losses[1]])
            means, total, halves = wrong("m6_q3", values)
            assert means == np.mean([np.mean(part) for part in losses])
            assert total == sum(np.mean(part) for part in losses)
            assert halves == sum(map(sum, losses)) / 2
        assert right("m6_q3", {"a": 4}) == 2.5

    def test_one_factor(self):
        for values in draws("m6_q4"):
            c = values["c"]
            tensors = [torch.zeros(1, requires_grad=True) for _ in range(3)]
            for tensor, norm in zip(tensors, (3.0, 4, 12), strict=True):
                tensor.grad = torch.tensor([float(norm)])
            nn.utils.clip_grad_norm_(tensors, c)
            assert right("m6_q4", values) == pytest.approx(tensors[0].grad.item() / 3, rel=1e-4)
            added, largest, squared, inverse = wrong("m6_q4", values)
            assert (added, largest) == (pytest.approx(c / (3 + 4 + 12)), pytest.approx(c / max(3, 4, 12)))
            assert squared == pytest.approx(c / (9 + 16 + 144))
            assert inverse == pytest.approx(1 / right("m6_q4", values))
        assert right("m6_q4", {"c": 6.5}) == 0.5

    def test_survivors(self):
        torch.manual_seed(0)
        for values in draws("m6_q5"):
            p = values["p"]
            kept = nn.Dropout(p)(torch.ones(1000)).max().item()
            assert right("m6_q5", values) == pytest.approx(kept)
            keep, nothing, swapped, out = wrong("m6_q5", values)
            assert (keep, nothing, swapped, out) == (pytest.approx(1 - p), 1, pytest.approx(1 / p), 0)
        assert round(right("m6_q5", {"p": 0.1}), 2) == 1.11


def test_data_are_those_of_the_course():
    assert (MODULE / "data/udhr/fra.txt").read_bytes() == (ROOT / "data/udhr/fra.txt").read_bytes()
