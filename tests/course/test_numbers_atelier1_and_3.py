"""Numbers that the prose of Ateliers 1 and 3 states, computed again, and found in the text."""

import math

import nbformat
import numpy as np
import torch
import torch.nn.functional as F
from courses import ROOT
from scipy.special import rel_entr


def text(notebook):
    path = ROOT / "source" / f"{notebook}.ipynb"
    return "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")


def spread(V):
    return ((V - V.mean(dim=0)).norm() / V.norm()).item()


def test_a_residual_slows_the_collapse_and_does_not_prevent_it():
    generator = torch.Generator().manual_seed(0)
    plain = residual = torch.randn(6, 4, generator=generator)
    weights = torch.softmax(torch.randn(6, 6, generator=generator), dim=-1)
    found = {}
    for layer in range(1, 21):
        plain, residual = weights @ plain, residual + weights @ residual
        found[layer] = spread(plain), spread(residual)
    assert [f"{x:.0e}" for x in (found[12][0], found[20][1])] == ["3e-07", "1e-05"]
    assert f"{found[12][1]:.1e}" == "1.5e-03"
    slowest = sorted(abs(1 + value) / 2 for value in torch.linalg.eigvals(weights).tolist())[-2]
    assert math.isclose((found[20][1] / found[12][1]) ** (1 / 8), slowest, rel_tol=0.02)
    prose = text("atelier1/02_algebre_lineaire")
    for stated in (r"3\cdot10^{-7}", r"1{,}5\cdot10^{-3}", r"1{,}3\cdot10^{-5}"):
        assert stated in prose


def test_each_bar_is_what_the_squared_error_loses():
    A = np.random.default_rng(0).normal(size=(6, 5))
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    errors = [np.linalg.norm(A - (U[:, :r] * s[:r]) @ Vt[:r]) ** 2 for r in range(6)]
    assert np.allclose(-np.diff(errors), s**2)


def test_divergence_of_the_worked_example():
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.25, 0.25, 0.5])
    assert [round(float(x), 4) for x in rel_entr(p, q)] == [0.3466, 0.0547, -0.1833]
    assert round(float(rel_entr(p, q).sum()), 4) == 0.218
    assert r"\approx0{,}3466+0{,}0547-0{,}1833=0{,}2180" in text("atelier1/01_vecteurs")


def test_a_hundred_words_underflow_in_single_precision_only():
    assert np.prod(np.full(100, 0.1, dtype=np.float32)) == 0
    assert np.prod(np.full(100, 0.1)) > 0
    assert 1e-46 < np.finfo(np.float32).smallest_subnormal < 1e-44


def test_softmax_weights_are_a_kernel_of_the_distance():
    rng = np.random.default_rng(1)
    q, K = rng.normal(size=8), rng.normal(size=(5, 8))
    K *= 3 / np.linalg.norm(K, axis=1, keepdims=True)
    kernel = np.exp(-((q - K) ** 2).sum(1) / (2 * math.sqrt(8)))
    assert np.allclose(F.softmax(torch.tensor(K @ q / math.sqrt(8)), dim=0), kernel / kernel.sum())
    assert r"e^{-\lVert q-k_j\rVert^2/(2\sqrt{d_k})}" in text("atelier1/01_vecteurs")


def test_packed_heads_by_hand():
    weights = F.softmax(torch.tensor([3.0, -1.0, 7.0], dtype=torch.float64), dim=0)
    out = float(weights @ torch.tensor([0.0, 3.0, 2.0], dtype=torch.float64))
    assert round(out, 2) == 1.96
    first = float(
        F.softmax(torch.tensor([4.5, -1.5, 0.5], dtype=torch.float64), dim=0) @ torch.tensor([4.0, 1, 7]).double()
    )
    assert (round(first, 2), round(first - out + 10, 2)) == (4.05, 12.08)
    assert r"\approx 1{,}96" in text("atelier3/03_multi_tetes")


def test_the_aiming_head_stays_below_what_its_legend_says():
    torch.manual_seed(1)
    causal, scores = torch.ones(24, 24, dtype=torch.bool).tril(), torch.randn(24, 24)
    weights = F.softmax((6 * scores).masked_fill(~causal, -torch.inf), dim=-1)
    assert round(float(torch.special.entr(weights).sum(-1).max()), 1) == 1.7


def test_a_direct_view_leaks_the_future():
    x = torch.randn(1, 6, 8, dtype=torch.float64)
    causal = torch.ones(6, 6, dtype=torch.bool).tril()

    def attend(x):
        heads = x.view(1, 2, 6, 4)
        return F.scaled_dot_product_attention(heads, heads, heads, attn_mask=causal).transpose(1, 2).reshape(1, 6, 8)

    other = x.clone()
    other[:, 5] += 1
    assert not torch.allclose(attend(x)[:, :5], attend(other)[:, :5])


def test_weights_of_two_keys_one_standard_deviation_apart():
    assert (int(math.exp(8)) + 1, round(math.e, 1)) == (2981, 2.7)
    assert r"$e^{8}\approx2981$" in text("atelier3/01_attention_une_tete")
