"""Atelier 2, loss and optimizer (2.11–2.14): numbers that statements work out by hand, or captions quote, again."""

import math
import re

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from courses import ROOT
from tokenizers.models import BPE

from attentif.exercises.course import Course
from attentif.references.oracles import load_exercise

COURSE = Course(ROOT)
DATA = ROOT / "source" / "atelier2" / "data" / "handbook"
WORD = r" ?[^\W\d_]+| ?\d+| ?[^\w\s]+|\s+|_+"  # as the notebook cuts texts
NOTEBOOK = ROOT / "source" / "atelier2" / "03_perte_et_optimisation.ipynb"


def independent(exercise):
    """The independent implementations of an exercise, by name."""
    return load_exercise(COURSE.oracle("atelier2", exercise)).independent


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones."""
    (source,) = [c.source for c in nbformat.read(NOTEBOOK, 4).cells if c.id == cell_id]
    return re.sub("[\u202f\u00a0]", " ", source)


def fr(x, digits):
    """A number as the text writes it."""
    return f"{x:,.{digits}f}".replace(",", " ").replace(".", ",").replace("-", "−")


def tex(x, digits):
    """A number as a formula writes it."""
    return fr(x, digits).replace(",", "{,}")


class TestLoss:
    P = np.array([[[1 / 2, 1 / 4, 1 / 4], [1 / 4, 1 / 4, 1 / 2]], [[3 / 8, 1 / 8, 1 / 2], [0.6, 0.3, 0.1]]])
    IDS = torch.tensor([[2, 0, 1], [1, 1, -100]])

    def logits(self):
        return F.pad(torch.from_numpy(self.P).log(), (0, 0, 0, 1))  # the last position says nothing

    def test_three_targets_that_count(self):
        text, loss = cell("ex-2-11"), independent("lm_loss")["lm_loss"]
        assert r"\begin{pmatrix}2&0&1\\1&1&-100\end{pmatrix}" in text
        assert "(3/8, 1/8, 1/2)" in text
        assert np.allclose(self.P.sum(-1), 1)
        surprises = -np.log([self.P[0, 0, 0], self.P[0, 1, 1], self.P[1, 0, 1]])
        assert np.allclose(surprises / math.log(2), [1, 2, 3])
        assert float(loss(self.logits(), self.IDS)) == pytest.approx(surprises.mean())
        means = (surprises[:2].mean() + surprises[2]) / 2
        for value in (surprises.mean(), surprises.sum() / 4, surprises.sum() / 6, means):
            assert tex(value, 3) in text

    def test_a_smoothed_target(self):
        text, loss = cell("ex-2-11"), independent("lm_loss")["lm_loss"]
        first = -(0.7 * np.log(self.P[0, 0, 0]) + 0.3 * np.log(self.P[0, 0]).mean())
        assert first == pytest.approx(1.2 * math.log(2))
        assert rf"1{{,}}2\ln 2\approx{tex(first, 3)}" in text
        whole = float(loss(self.logits(), self.IDS, label_smoothing=0.3))
        assert f"la perte entière vaut ${tex(whole, 3)}$" in text

    def test_the_ideal_gap_and_the_first_loss(self):
        V, epsilon = 1024, 0.1
        gap = math.log((1 - epsilon + epsilon / V) / (epsilon / V))
        assert f"il vaut ${tex(gap, 2)}$" in cell("ex-2-11")
        assert tex(math.log(V), 2) in cell("figure-adoucissement-legende")

    def test_the_lowest_smoothed_losses(self):
        caption, V = cell("figure-adoucissement-legende"), 1024
        for epsilon in (0.1, 0.3):
            best, rest = 1 - epsilon + epsilon / V, epsilon / V
            lowest = -best * math.log(best) - (V - 1) * rest * math.log(rest)
            assert re.search(f"{fr(lowest, 2)}, en p = {fr(best, 2)}", caption)


class TestPerplexity:
    def test_two_batches(self):
        text, sums, counts = cell("ex-2-12"), np.array([8, 5]) * math.log(2), np.array([8, 1])
        perplexity = independent("perplexity")["perplexity"](torch.from_numpy(sums), torch.from_numpy(counts))
        assert tex(perplexity, 2) in text
        each = np.exp(sums / counts)
        assert each.mean() == pytest.approx(17)
        assert f"${tex((each * counts).sum() / 9, 2)}$" in text
        assert np.exp((sums / counts).mean()) == pytest.approx(8)

    def test_the_checkpoint(self):
        answer = cell("figure-decoupages-legende")
        assert rf"e^{{3{{,}}97}}\approx{math.exp(3.97):.0f}$" in answer
        assert rf"\approx{tex(3.97 / math.log(2) / 2.82, 2)}$ bits" in answer

    def test_one_text_cut_in_four_ways(self):
        lines = (DATA / "merges.txt").read_text(encoding="ascii").splitlines()
        merges = [tuple(bytes.fromhex(part).decode("latin-1") for part in line.split()) for line in lines]
        paragraphs = (DATA / "fra.txt").read_text(encoding="utf-8").splitlines()
        found = []
        for n in (0, 100, 300, 768):
            names = [*map(chr, range(256)), *(one + other for one, other in merges[:n])]
            model = BPE(vocab={name: i for i, name in enumerate(names)}, merges=merges[:n], cache_capacity=20_000)
            train, valid = [], []
            for i, paragraph in enumerate(paragraphs):
                for word in re.findall(WORD, f"{paragraph}\n"):
                    ids = [token.id for token in model.tokenize(word.encode().decode("latin-1"))]
                    (valid if i % 10 == 9 else train).extend(ids)
            counts = np.full((256 + n, 256 + n), 0.03)
            np.add.at(counts, (train[:-1], train[1:]), 1)
            surprise = -np.log((counts / counts.sum(axis=1, keepdims=True))[valid[:-1], valid[1:]])
            characters = sum(len(p) + 1 for p in paragraphs[9::10])
            found.append((np.exp(surprise.mean()), surprise.sum() / math.log(2) / characters))
        caption = cell("figure-decoupages-legende")
        for k, digits in ((0, 1), (1, 2)):
            first, *others = (fr(pair[k], digits) for pair in found)
            assert "{}, puis {}, {} et {}".format(first, *others) in caption
        assert round(found[3][0] / found[0][0]) == 5
        assert "cinq fois meilleur" in caption


class TestAdamW:
    def test_two_steps(self):
        text = cell("ex-2-13")
        theta = torch.nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
        optimizer = torch.optim.AdamW([theta], lr=0.1, betas=(0.5, 0.5), eps=0.5, weight_decay=0.3)
        for g, wanted in ((2.0, "| 0,89 |"), (-2.0, "| 0,88997 |")):
            theta.grad = torch.tensor([g], dtype=torch.float64)
            optimizer.step()
            assert wanted in text
            assert float(wanted.strip("| ").replace(",", ".")) == pytest.approx(theta.item(), abs=5e-6)
        assert fr(0.1 * (2 / 3) / 2.5, 4) in text
        assert fr(0.97 * 0.89, 4) in text

    def test_the_first_step_without_correction(self):
        assert tex(0.1 / math.sqrt(0.001), 2) in cell("ex-2-13")

    def test_useless_weights(self):
        noise = torch.randn(600, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        ends = []
        for kind in (torch.optim.AdamW, torch.optim.Adam):
            p = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
            optimizer = kind([p], lr=1e-3, weight_decay=2.0)
            for g in noise * torch.tensor([10.0, 0.1]):
                p.grad = g
                optimizer.step()
            ends.append([fr(x, 2) for x in p.tolist()])
        caption = cell("figure-adamw-legende")
        assert ends[0][0] == ends[0][1]
        assert f"valent {ends[0][0]} après 600 pas" in caption
        assert "est encore à {}, le second à {}".format(*ends[1]) in caption

    def test_a_narrow_valley(self):
        caption = cell("figure-adamw-legende")
        p = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
        optimizer, seen = torch.optim.AdamW([p], lr=0.05, betas=(0.9, 0.99), weight_decay=0.0), [torch.ones(2)]
        for _ in range(60):
            p.grad = torch.tensor([100.0, 1.0], dtype=torch.float64) * p.detach()
            optimizer.step()
            seen.append(p.detach().clone())
        path = torch.stack(seen)
        assert torch.allclose(path[:, 0], path[:, 1], atol=1e-5)
        below = int((path[:, 1] < 0).nonzero()[0])
        assert f"passent par 0 vers le pas {below}" in caption
        assert f"à {fr(float(path.min()), 2)} et reviennent à {fr(float(path[-1, 1]), 2)}" in caption
        assert f"lentement jusqu’à {fr((1 - 0.019) ** 60, 2)}" in caption
        assert "entre −0,9 et 0,8" in caption
        assert [round(x, 1) for x in (1 - 1.9, (1 - 1.9) ** 2)] == [-0.9, 0.8]


class TestSchedules:
    def test_seven_steps(self):
        text, schedule = cell("ex-2-14"), independent("schedules")["cosine_schedule"]
        rates = [schedule(n, 0.4, 0.04, 10, 110) for n in (0, 5, 10, 35, 60, 110, 150)]
        stated = re.search(r"\| \$\\eta_i\$ \| (.*) \|", text)[1].split(" | ")
        assert [float(x.replace(",", ".")) for x in stated] == pytest.approx(rates, abs=5e-4)
        assert rf"\approx{tex(rates[3], 3)}" in text

    def test_noam(self):
        text, noam = cell("ex-2-14"), independent("schedules")["noam_schedule"]
        assert [noam(n, 16, 4) for n in (1, 4, 16)] == pytest.approx([1 / 32, 1 / 8, 1 / 16])
        assert f"${tex(noam(4000, 512, 4000), 4)}$" in text

    def test_both_drawn(self):
        caption, schedules = cell("figure-calendriers-legende"), independent("schedules")
        peak = schedules["noam_schedule"](100, 64, 100)
        assert "(0,0125)" in caption
        assert peak == pytest.approx(0.0125)
        noam = [schedules["noam_schedule"](n, 64, 100) for n in (550, 1000)]
        cosine = [schedules["cosine_schedule"](n, peak, peak / 10, 100, 1000) for n in (550, 1000)]
        assert cosine[0] > noam[0]
        assert cosine[1] < noam[1]
        assert f"par {fr(cosine[0], 4)} au pas 550, jusqu’à {fr(cosine[1], 5)}" in caption
        assert "vaut {} au pas 550, et encore {} au pas 1 000".format(*(fr(x, 4) for x in noam)) in caption
