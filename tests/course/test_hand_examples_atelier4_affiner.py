"""Atelier 4, exercises 4.9 and 4.11: every number that their statements work out by hand, computed again."""

import math
import re
from fractions import Fraction

import nbformat
import pytest
from courses import ROOT

from attentif.exercises.course import find_course
from attentif.references.oracles import load_exercise

NOTEBOOK = ROOT / "source" / "atelier4" / "03_affiner_et_evaluer.ipynb"


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones."""
    (source,) = [c.source for c in nbformat.read(NOTEBOOK, 4).cells if c.id == cell_id]
    return re.sub("[\u202f\u00a0]", " ", source)


def row(text, head):
    """The cells of a table's row, without the first."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {head} |")]
    return [part.strip() for part in line.strip("|").split("|")[1:]]


def number(said):
    return float(said.replace(",", "."))


class TestRates:
    def test_a_rate_for_each_floor(self):
        text = cell("ex-4-9")
        depths = [int(d) for d in row(text, r"$\delta$")]
        assert depths == list(range(8))
        rates = [number(said) for said in row(text, "pas (en millionièmes)")]
        assert rates == [200 * 0.5**d for d in depths]
        assert 0.5**-7 == 128
        assert "128 fois moins" in text

    def test_the_schedule(self):
        text = cell("ex-4-9")
        steps, factors = row(text, "$s$"), row(text, "$f(s)$")
        found = [s / 4 if s < 4 else max(0, (20 - s) / 16) for s in map(int, steps)]
        assert [number(said) for said in factors] == found

    @pytest.mark.parametrize(("w", "S"), [(1, 2), (4, 20), (12, 125), (60, 125)])
    def test_the_factors_sum_to_half_the_steps(self, w, S):
        total = sum(Fraction(s, w) for s in range(w)) + sum(Fraction(S - s, S - w) for s in range(w, S))
        assert total == Fraction(S, 2)

    def test_an_epoch(self):
        assert 4000 / 32 == 125
        assert "une époque a 125 étapes" in cell("ex-4-9")


class TestNames:
    """The little model of 4.9 has the names of the library's BERT."""

    @pytest.mark.parametrize(
        ("head", "name"),
        [
            ("classifier", "BertForSequenceClassification"),
            ("qa_outputs", "BertForQuestionAnswering"),
            ("", "BertModel"),
        ],
    )
    def test_they_are_those_of_the_library(self, head, name):
        transformers = pytest.importorskip("transformers")
        exercise = load_exercise(find_course(ROOT).oracle("atelier4", "optimizer_groups"))
        (little_bert,) = [helper for helper in exercise.provided if helper.__name__ == "little_bert"]
        sizes = {"hidden_size": 4, "num_attention_heads": 1, "intermediate_size": 6, "vocab_size": 7}
        config = transformers.BertConfig(num_hidden_layers=3, max_position_embeddings=5, **sizes)
        theirs = getattr(transformers, name)(config)
        ours = {key: tuple(p.shape) for key, p in little_bert(3, head).named_parameters()}
        assert ours == {key: tuple(p.shape) for key, p in theirs.named_parameters()}


class TestMetrics:
    Y, P = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2], [0, 0, 0, 0, 1, 2, 1, 1, 0, 1]

    def counts(self, P):
        return [
            (self.Y.count(k), P.count(k), sum(a == b == k for a, b in zip(self.Y, P, strict=True))) for k in range(3)
        ]

    def test_the_worked_example(self):
        text, found = cell("ex-4-11"), self.counts(self.P)
        assert [int(k) for k in row(text, "$y$")] == self.Y
        assert [int(k) for k in row(text, "$p$")] == self.P
        for k, (t, g, r) in enumerate(found):
            assert [int(said) for said in row(text, str(k))[:3]] == [t, g, r]
        f1 = [Fraction(2 * r, t + g) for t, g, r in found]
        assert f1 == [Fraction(8, 11), Fraction(4, 7), 0]
        assert sum(f1) / 3 == Fraction(100, 231)
        assert round(100 / 231, 3) == 0.433
        assert sum(r for _, _, r in found) / 10 == 0.6
        assert [t * g for t, g, _ in found] == [30, 12, 1]
        assert 10 * 6 - 43 == 17
        below = (100 - sum(t * t for t, _, _ in found)) * (100 - sum(g * g for _, g, _ in found))
        assert (100 - 46) * (100 - 42) == below == 3132
        assert round(math.sqrt(below), 2) == 55.96
        assert round(17 / math.sqrt(below), 3) == 0.304
        assert "0{,}433" in text
        assert "0{,}304" in text

    def test_always_the_same_answer(self):
        found = self.counts([0] * 10)
        assert sum(r for _, _, r in found) / 10 == 0.6
        assert sum(Fraction(2 * r, t + g) for t, g, r in found) / 3 == Fraction(1, 4)
        assert 10 * 6 - sum(t * g for t, g, _ in found) == 0

    @pytest.mark.parametrize(("a", "b", "c", "d"), [(3, 2, 5, 1), (7, 1, 2, 9), (1, 4, 2, 3)])
    def test_two_classes(self, a, b, c, d):
        N, t, g = a + b + c + d, (a + b, c + d), (a + d, c + b)
        assert N * (a + c) - t[0] * g[0] - t[1] * g[1] == 2 * (a * c - b * d)
        assert N**2 - t[0] ** 2 - t[1] ** 2 == 2 * t[0] * t[1]

    def test_how_many_examples(self):
        deviation = math.sqrt(0.8 * 0.2 / 1000)
        assert round(deviation, 4) == 0.0126
        assert round(1.96 * deviation, 3) == 0.025
        assert round(math.exp(-1), 2) == 0.37
