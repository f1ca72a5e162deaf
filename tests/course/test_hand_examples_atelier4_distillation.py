"""Atelier 4, notebook 5: numbers that statements work out by hand, or captions quote, again."""

import math
import re

import nbformat
import pytest
import torch
import torch.nn.functional as F
from courses import ROOT
from torch import nn

from attentif.exercises.course import Course
from attentif.references.oracles import load_exercise

COURSE = Course(ROOT)
NOTEBOOK = ROOT / "source" / "atelier4" / "05_distillation.ipynb"


def exercise(name):
    """An exercise of the notebook."""
    return load_exercise(COURSE.oracle("atelier4", name))


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones."""
    (source,) = [c.source for c in nbformat.read(NOTEBOOK, 4).cells if c.id == cell_id]
    return re.sub("[\u202f\u00a0]", " ", source)


def tex(x, digits):
    """A number as a formula writes it."""
    return f"{x:.{digits}f}".replace(".", "{,}")


def spaced(n):
    """A whole number as French writes it."""
    return f"{n:,}".replace(",", " ")


class TestDistillation:
    def test_the_divergence_and_the_loss(self):
        text, T = cell("ex-4-15"), 2.0
        teacher, student = torch.tensor([[4 * math.log(2), 0.0]]).double(), torch.zeros(1, 2).double()
        p, q = (F.softmax(z / T, dim=-1)[0] for z in (teacher, student))
        assert p.tolist() == pytest.approx([4 / 5, 1 / 5])
        assert q.tolist() == pytest.approx([1 / 2, 1 / 2])
        parts = (p * (p.log() - q.log())).tolist()
        assert f"0{{,}}8\\ln 1{{,}}6={tex(parts[0], 4)}" in text
        assert f"0{{,}}2\\ln 0{{,}}4={tex(parts[1], 4)}" in text
        divergence, hard = sum(parts), math.log(2)
        assert f"La divergence vaut ${tex(divergence, 4)}$, et $T^2$ fois plus, ${tex(4 * divergence, 4)}$" in text
        assert f"$\\ln 2={tex(hard, 4)}$" in text
        loss = exercise("distillation").independent["distillation_loss"](student, teacher, torch.tensor([0]), T, 0.5)
        assert f"={tex(float(loss), 4)}$. À température 1" in text
        assert float(F.softmax(teacher, dim=-1)[0, 0]) == pytest.approx(16 / 17)

    def test_the_directions(self):
        text = cell("ex-4-15")
        (case,) = [c for c in exercise("distillation").public() if c.name == "cosine_worked_example"]
        h_s, h_t, mask = case.call.inputs.values()
        losses = 1 - F.cosine_similarity(h_s, h_t, dim=-1)[mask]
        assert losses.tolist() == pytest.approx([0, 1 - math.sqrt(0.5), 0.04, 1])
        assert f"{tex(math.sqrt(0.5), 4)}$ | ${tex(1 - math.sqrt(0.5), 4)}" in text
        assert f"La perte est $(0+0{{,}}2929+0{{,}}04+1)/4={tex(float(losses.mean()), 4)}$" in text

    def test_the_gradient_at_high_temperatures(self):
        generator, T = torch.Generator().manual_seed(0), 1e4
        student, teacher = (torch.randn(1, 5, generator=generator).double() for _ in range(2))
        student, teacher = (z - z.mean() for z in (student, teacher))
        student.requires_grad_()
        F.kl_div((student / T).log_softmax(-1), (teacher / T).softmax(-1), reduction="batchmean").backward()
        assert torch.allclose(T**2 * student.grad, (student - teacher) / 5, rtol=1e-3)

    def test_the_figure(self):
        legend, logits = cell("figure-temperature-legende"), torch.tensor([6.0, 4.0, 3.0, 0.0, -1.0]).double()
        first = [float(F.softmax(logits / T, dim=-1)[0]) for T in (1, 2, 5)]
        one, two, five = (f"{p:.2f}".replace(".", ",") for p in first)
        assert f"de {one} (T = 1) à {two} (T = 2) et {five} (T = 5)" in legend
        sizes = [T * (F.softmax(torch.zeros(5), dim=-1) - F.softmax(logits / T, dim=-1)).norm() for T in range(1, 101)]
        assert min(sizes) > 0.7
        assert max(sizes) < 1.2


def parameters(V, P, d, d_ff, layers):
    """A BERT without pooler: words; positions, segments and normalization; layers."""
    layer = 4 * (d**2 + d) + 2 * d * d_ff + d_ff + d + 4 * d
    return V * d, (P + 2 + 2) * d, layer, V * d + (P + 4) * d + layers * layer


class TestStudent:
    def test_parameters(self):
        text, d = cell("ex-4-16"), 384
        words, rest, layer, body = parameters(30522, 512, d, 1536, 6)
        pooler = d**2 + d
        for number in (words, rest, layer, pooler, body + pooler):
            assert spaced(number) in text
        student = parameters(30522, 512, d, 1536, 3)[3] - 2 * d
        assert f"sans segments ni *pooler*, {spaced(student)}" in text
        assert f"({100 * (1 - student / (body + pooler)):.0f} %)" in text
        assert words > (body + pooler) / 2

    def test_the_formula_counts_the_models_of_the_library(self):
        parts = exercise("init_student")
        teacher = parts.namespace().tiny_teacher(0, 4, 0)
        student = parts.independent["init_student"](teacher, 2)
        body = parameters(13, 7, 6, 10, 4)[3]
        assert sum(p.numel() for p in teacher.parameters()) == body + 6**2 + 6
        assert sum(p.numel() for p in student.parameters()) == parameters(13, 7, 6, 10, 2)[3] - 2 * 6

    def test_embeddings_of_one_sentence_are_the_teachers(self):
        parts = exercise("init_student")
        teacher = parts.namespace().tiny_teacher(3, 4, 0)
        student, ids = parts.independent["init_student"](teacher, 2).eval(), torch.tensor([[1, 5, 9]])
        assert torch.allclose(student.embeddings(ids), teacher.embeddings(ids), atol=1e-6)


class TestLora:
    def test_the_layer_and_its_merging(self):
        text = cell("ex-4-17")
        (case,) = [c for c in exercise("lora").public() if c.name == "output_worked_example"]
        _, W, b, A, B, alpha, x = case.call.inputs.values()
        assert (x @ W.T + b).tolist() == [[1, 2]]
        assert (x @ A.T).tolist() == [[3, 1]]
        assert (x @ A.T @ B.T).tolist() == [[9, -1]]
        assert (B @ A).tolist() == [[3, 6], [-1, 0]]
        merged = nn.Linear(2, 2)
        merged.load_state_dict({"weight": W + alpha / 2 * B @ A, "bias": b})
        assert merged.weight.tolist() == [[2.5, 3], [-0.5, 1]]
        assert merged(x).tolist() == [[5.5, 1.5]]
        assert text.count("(5{,}5,\\ 1{,}5)") == 2

    def test_how_many_numbers_learn(self):
        text, d, r = cell("ex-4-17"), 384, 8
        assert f"{spaced(r * 2 * d)} au lieu de {spaced(d * d)}, soit 4,2 %" in text
        assert 100 * r * 2 * d / d**2 == pytest.approx(4.2, abs=0.05)
        legend = cell("figure-lora-legende")
        assert "du rang 1 (0,5 %) au rang 64 (33 %)" in legend
        assert [round(100 * r * 2 / d, 1) for r in (1, 64)] == [0.5, 33.3]
