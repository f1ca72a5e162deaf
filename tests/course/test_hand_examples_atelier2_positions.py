"""Atelier 2, positions and normalisation: every number of a hand example or a caption, computed again."""

import math
import re

import numpy as np
import pytest
import torch
from course.test_hand_examples_atelier2 import cell, fr, independent

NOTEBOOK = "02_positions_et_blocs"


def numbers(text):
    """The numbers of a text as French writes them, in prose or in a formula."""
    found = re.findall(r"[−-]?\d+(?:(?:,|\{,\})\d+)?", text)
    return [float(n.replace("−", "-").replace("{,}", ".").replace(",", ".")) for n in found]


def row_of(table, label):
    """The cells of a table's row that begins with ``label``."""
    return re.search(rf"^\| {re.escape(label)} \| (.*) \|$", table, re.MULTILINE)[1]


def matrix(text, name):
    """The matrix that a formula gives to ``name``."""
    rows = re.search(rf"{re.escape(name)}=\\begin\{{pmatrix\}}(.*?)\\end", text)[1].split(r"\\")
    return np.array([[n for entry in row.split("&") for n in numbers(entry)] for row in rows])


class TestSinusoids:
    @pytest.fixture
    def text(self):
        return cell(NOTEBOOK, "ex-2-5")

    def test_three_positions(self, text):
        PE = independent("sinusoidal_encoding")["sinusoidal_encoding"](3, 4, 100.0)
        for p in range(3):
            assert np.allclose(numbers(row_of(text, str(p))), PE[p], atol=6e-5)

    def test_one_step_on(self, text):
        M = independent("sinusoidal_encoding")["shift_matrix"](1, 4, 100.0).numpy()
        assert np.allclose(matrix(text, "R_0"), M[:2, :2], atol=6e-5)
        assert np.allclose(matrix(text, "R_1"), M[2:, 2:], atol=6e-5)
        s, c = 0.8415, 0.5403
        assert f"={fr(c * s + s * c, 4)}$".replace(",", "{,}") in text
        assert f"=-{fr(s * s - c * c, 4)}$".replace(",", "{,}") in text

    def test_how_long_a_turn_takes(self, text):
        turn = [2 * math.pi * 10000 ** (2 * i / 64) for i in range(32)]
        assert f"{fr(turn[0], 1).replace(',', '{,}')}$ positions" in text
        assert f"la dernière en {fr(turn[-1], 0)}" in text
        described = cell(NOTEBOOK, "figure-positions-legende")
        assert "plus de neuf tours" in described
        assert 9 < 59 / turn[0] < 10
        assert "un peu plus d’un et demi" in described
        assert 1.5 < 59 / turn[6] < 1.75
        assert "un peu moins d’un tiers" in described
        assert 0.28 < 59 / turn[12] < 1 / 3

    def test_an_angle_in_single_precision(self, text):
        assert np.spacing(np.float32(10_000)) / 2 == pytest.approx(0.0005, rel=0.03)
        assert "à 0,0005 près" in text

    def test_how_much_neighbours_look_alike(self):
        PE = independent("sinusoidal_encoding")["sinusoidal_encoding"](300, 64)
        described = cell(NOTEBOOK, "figure-distances-legende")
        for p in (50, 120, 250):
            products = {k: float(PE[p] @ PE[p + k]) for k in range(-40, 41)}
            assert products[0] == pytest.approx(32)
            assert min(products.values()) > 0
            for k in (2, 10, 20):
                assert products[k] == pytest.approx(products[-k])
                assert f"{fr(products[k], 1)} aux écarts ±{k}" in described
        M = independent("sinusoidal_encoding")["shift_matrix"](-1, 64)
        assert torch.equal((PE @ M.T @ PE.T).argmax(dim=1)[1:], torch.arange(299))


class TestRotations:
    @pytest.fixture
    def text(self):
        return cell(NOTEBOOK, "ex-2-6")

    def test_a_vector_at_two_positions(self, text):
        x = torch.tensor([[[[1.0, 2, 3, 4], [1, 2, 3, 4]]]], dtype=torch.float64)
        y = independent("rope")["apply_rope"](x, torch.tensor([[1, 3]]), 100.0)[0, 0]
        for p, turned in zip((1, 3), y, strict=True):
            assert np.allclose(numbers(row_of(text, str(p))), [p, p / 10, *turned], atol=6e-5)
        assert f"\\approx{fr(math.sqrt(30), 3)}".replace(",", "{,}") in text
        s, c = 0.8415, 0.5403
        assert f"y_0=1\\times0{{,}}5403-2\\times0{{,}}8415=-{fr(2 * s - c, 4).replace(',', '{,}')}" in text
        assert f"y_1=1\\times0{{,}}8415+2\\times0{{,}}5403={fr(s + 2 * c, 4).replace(',', '{,}')}" in text

    def test_how_far_three_pairs_turn(self):
        described = cell(NOTEBOOK, "figure-rotations-legende")
        assert f"la paire 1 de {fr(10000 ** (-2 / 16), 3)}" in described
        assert f"la paire 3 de {fr(10000 ** (-6 / 16), 3)} seulement" in described
        assert pytest.approx(math.pi / 2, rel=0.01) == 5 * 10000 ** (-2 / 16)


class TestNormalisation:
    X, GAMMA, BETA, EPS = [1.0, 2, 3, 6], [1.0, 2, 1, 0.5], [0.0, 1, 0, -1], 0.5

    @pytest.fixture
    def text(self):
        return cell(NOTEBOOK, "ex-2-7")

    @pytest.fixture
    def given(self):
        return [torch.tensor(v, dtype=torch.float64) for v in (self.X, self.GAMMA, self.BETA)]

    def stated(self, text, before):
        """The vector that follows these words, up to its closing parenthesis."""
        return numbers(re.search(re.escape(before) + r"\(([^)]*)\)", text)[1])

    def test_forward(self, text, given):
        answers = independent("normalization")
        x, gamma, beta = given
        assert self.stated(text, r"\hat x=") == [-1, -0.5, 0, 1.5]
        assert np.allclose(self.stated(text, "$$y="), answers["layer_norm"](x, gamma, beta, self.EPS))
        stated = self.stated(text, r"$\sqrt{13}\approx3{,}6056$ : $")
        assert np.allclose(stated, answers["rms_norm"](x, gamma, self.EPS), atol=6e-5)
        assert math.sqrt(13) == pytest.approx(3.6056, abs=6e-5)

    def test_backward(self, text, given):
        dY = torch.tensor([1.0, 0, 0, 0], dtype=torch.float64)
        dx, dgamma, dbeta = independent("normalization")["layer_norm_backward"](given[0], given[1], self.EPS, dY)
        assert np.allclose(self.stated(text, "$dx="), dx)
        assert np.allclose(numbers(re.search(r"d\\gamma=\(([\d,-]+)\)", text)[1].replace(",", " ")), dgamma)
        assert np.allclose(numbers(re.search(r"d\\beta=\(([\d,-]+)\)", text)[1].replace(",", " ")), dbeta)

    def test_thirty_layers(self, text):
        assert f"trente couches les allongent {fr(1.2**30, 0)} fois" in text
