"""Atelier 2, network, blocks and model: every number of a hand example or a caption, computed again."""

import math
import re

import numpy as np
import torch
import torch.nn.functional as F
from course.test_hand_examples_atelier2 import cell, fr, independent
from course.test_hand_examples_atelier2_positions import NOTEBOOK, matrix, numbers, row_of
from torch import nn


def tex(x, digits):
    """A number as formulas write it."""
    return fr(x, digits).replace(",", "{,}").replace("\u2212", "-")


def integers(text):
    """The integers of a text, in which a comma separates coordinates."""
    return [int(n) for n in re.findall(r"-?\d+", text)]


class TestFeedForward:
    def test_gelu_of_one(self):
        text, answers = cell(NOTEBOOK, "ex-2-8"), independent("feed_forward")
        one = torch.tensor([1.0, -1.0], dtype=torch.float64)
        for name in ("gelu", "gelu_tanh"):
            high, low = (tex(float(y), 4) for y in answers[name](one))
            assert f"${high}$ et " in text or f"\\approx{high}$ et " in text
            assert f"{low}$" in text

    def test_a_network(self):
        text, answers = cell(NOTEBOOK, "ex-2-8"), independent("feed_forward")
        x = torch.tensor([1.0, 2.0], dtype=torch.float64)
        W1, W2 = torch.from_numpy(matrix(text, "W_1")), torch.from_numpy(matrix(text, "W_2"))
        b1, b2 = torch.tensor([0.0, 1.0, -1.0]).double(), torch.tensor([0.0, 1.0]).double()
        assert numbers(row_of(text, "$xW_1$")) == (x @ W1).tolist()
        assert numbers(row_of(text, "$xW_1+b_1$")) == (x @ W1 + b1).tolist()
        hidden = answers["gelu"](x @ W1 + b1)
        assert np.allclose(numbers(row_of(text, "après GELU")), hidden, atol=6e-5)
        y = answers["feed_forward"](x, W1, b1, W2, b2)
        assert np.allclose(numbers(row_of(text, r"$\cdot\,W_2+b_2$"))[-2:], y, atol=6e-5)

    def test_minimum_and_gap(self):
        x = torch.linspace(-6, 6, 120001, dtype=torch.float64)
        exact, near, silu = F.gelu(x), F.gelu(x, approximate="tanh"), F.silu(x)
        text, caption = cell(NOTEBOOK, "ex-2-8"), cell(NOTEBOOK, "figure-gelu-legende")
        assert f"x\\approx{tex(float(x[exact.argmin()]), 3)}$" in text
        assert f"${tex(float(exact.min()), 3)}$" in text
        gap = near - exact
        assert float(gap.abs().max()) < 0.0005
        assert (
            f"une bosse de {fr(1e4 * float(gap.max()), 1)} près de |x| = {fr(abs(float(x[gap.argmax()])), 1)}"
            in caption
        )
        low = fr(1e4 * float(gap.min()), 1).replace("-", "−")
        assert f"un creux de {low} près de |x| = {fr(abs(float(x[gap.argmin()])), 1)}" in caption
        assert f"jusqu’à −{fr(-float(silu.min()), 2)} près de x = −{fr(-float(x[silu.argmin()]), 1)}" in caption


class TestBlocks:
    def test_one_jeton_through_both(self):
        text = cell(NOTEBOOK, "ex-2-9")
        state = {f"attention.{name}.weight": torch.eye(2) for name in ("W_q", "W_k", "W_v", "W_o")}
        state["attention.W_v.weight"] = 2 * torch.eye(2)
        state |= {f"attention.{name}.bias": torch.zeros(2) for name in ("W_q", "W_k", "W_v", "W_o")}
        for name in ("norm1", "norm2"):
            state |= {f"{name}.weight": torch.ones(2), f"{name}.bias": torch.zeros(2)}
        state |= {"linear1.weight": torch.ones(3, 2), "linear1.bias": torch.zeros(3)}
        state |= {"linear2.weight": torch.zeros(2, 3), "linear2.bias": torch.tensor([0.0, 1.0])}
        found = []
        for name in ("PreNormBlock", "PostNormBlock"):
            block = independent("transformer_blocks")[name](2, 1, 3)
            block.load_state_dict(state)
            found += block(torch.tensor([[[3.0, 1.0]]])).flatten().round(decimals=3).tolist()
        stated = [integers(part.rsplit("=", 1)[1]) for part in row_of(text, "$y$").split(" | ")]
        assert np.allclose(np.ravel(stated), found, atol=1e-3)
        assert integers(row_of(text, "$x'$").split(" | ")[0]) == [3 + 2, 1 - 2]
        assert integers(row_of(text, "après la première somme"))[-2:] == [3 * 3, 3 * 1]

    def test_what_depth_leaves(self):
        caption = cell(NOTEBOOK, "figure-deux-blocs-legende")
        kept = {
            name: self.through(independent("transformer_blocks")[name]) for name in ("PreNormBlock", "PostNormBlock")
        }
        size, pre = kept["PreNormBlock"]
        _, post = kept["PostNormBlock"]
        assert f"à {fr(pre[8], 2)} après 8 blocs et {fr(pre[24], 2)} après 24" in caption
        assert f"tombe à {fr(post[8], 2)} après 8 blocs" in caption
        assert 4.5 < size < 5

    @staticmethod
    def through(block_class, d=64):
        """The same draws as the figure's: the matrices of our attention, in its order, packed for the other's."""
        torch.manual_seed(0)
        x = start = torch.randn(4, 16, d)
        kept = [1.0]
        for _ in range(24):
            ours = nn.ModuleDict({name: nn.Linear(d, d) for name in ("W_q", "W_k", "W_v", "W_o")})
            norms = {name: nn.LayerNorm(d) for name in ("norm1", "norm2")}
            layers = {"linear1": nn.Linear(d, 4 * d), "linear2": nn.Linear(4 * d, d)}
            block = nn.ModuleDict({"attention": ours, **norms, **layers})
            for p in block.parameters():
                if p.ndim == 2:
                    nn.init.xavier_normal_(p)
            with torch.random.fork_rng():
                other = block_class(d, 4, 4 * d)
            other.load_state_dict(block.state_dict())
            with torch.no_grad():
                x = other(x)
            kept.append(float(F.cosine_similarity(x, start, dim=-1).mean()))
        return float(x.square().mean().sqrt()), kept


class TestModel:
    def test_a_model_without_blocks(self):
        text = cell(NOTEBOOK, "ex-2-10")
        E = torch.from_numpy(matrix(text, "E"))
        x = F.layer_norm(E[0] + torch.tensor([2.0, 1.0]).double(), (2,))
        assert np.allclose(x, [1, -1], atol=1e-4)
        assert np.allclose(x @ E.T, [1, -1, 0], atol=1e-4)
        assert r"\text{logits}=(1,-1)\,E^\top=(1,\,-1,\,0)" in text

    def test_counting(self):
        text, count = cell(NOTEBOOK, "ex-2-10"), independent("mini_gpt")["count_parameters"]
        assert f"\\mathbf{{{count(5, 3, 2, 1, 4)}}}" in text
        assert f"en a {fr(count(1024, 64, 128, 2, 512), 0)}" in text
        assert round(count(50257, 1024, 768, 12, 3072) / count(1024, 64, 128, 2, 512), -1) == 230
        assert "230 fois plus grande" in text

    def test_where_parameters_are(self):
        caption = cell(NOTEBOOK, "figure-parametres-legende")
        assert 0.23 < 1024 * 128 / 536064 < 0.27  # a quarter more, were the weights not tied
        for V, C, d, L, d_ff in ((1024, 64, 128, 2, 512), (50257, 1024, 768, 12, 3072), (50257, 1024, 1600, 48, 6400)):
            parts = [(V + C) * d, 4 * L * (d * d + d), L * (2 * d * d_ff + d_ff + d), 4 * L * d + 2 * d]
            assert f"({fr(sum(parts), 0)})" in caption or f"({fr(sum(parts), 0)} paramètres)" in caption
            shares = [f"{100 * part / sum(parts):.0f} %" for part in parts[:3]]
            assert all(share in caption for share in shares), shares
            assert parts[3] / sum(parts) < 0.005

    def test_the_first_loss(self):
        text = cell(NOTEBOOK, "ex-2-10")
        assert f"\\sigma^2/2\\approx{tex(0.02**2 * 128 / 2, 3)}$" in text
        assert f"\\ln 1024\\approx{tex(math.log(1024), 3)}$" in text
        assert f"\\sigma\\approx{round(math.sqrt(128))}$" in text
