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
    @pytest.fixture(scope="class")
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
