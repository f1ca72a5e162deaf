"""Atelier 4, inside BERT: every number of a hand example or a caption, computed again."""

import math
import re

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from course.test_hand_examples_atelier2 import fr
from course.test_hand_examples_atelier2_positions import numbers, row_of
from courses import ROOT
from transformers import AutoTokenizer, BertConfig, BertModel

from attentif.exercises.course import Course
from attentif.models import ModelUnavailable, local_model
from attentif.references.oracles import load_exercise

NOTEBOOK = ROOT / "source" / "atelier4" / "02_dans_bert.ipynb"


def independent(exercise):
    """The independent implementations of an exercise, by name."""
    return load_exercise(Course(ROOT).oracle("atelier4", exercise)).independent


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones."""
    (source,) = [c.source for c in nbformat.read(NOTEBOOK, 4).cells if c.id == cell_id]
    return re.sub("[\u202f\u00a0]", " ", source)


def vectors(text):
    """The vectors of whole numbers that a text writes in parentheses."""
    return [[float(n) for n in v.split(",")] for v in re.findall(r"\((-?\d+(?:,-?\d+)+)\)", text)]


class TestMiniBert:
    def test_weights_with_and_without_the_mask(self):
        text = cell("ex-4-6")
        scores = torch.tensor([math.log(3), 0.0, math.log(50)], dtype=torch.float64)
        values = torch.tensor([4.0, 8.0, -100.0], dtype=torch.float64)
        masked = scores.masked_fill(torch.tensor([False, False, True]), -math.inf).softmax(0)
        assert masked.tolist() == pytest.approx([3 / 4, 1 / 4, 0])
        assert r"\tfrac34\times4+\tfrac14\times8=5" in text
        assert float(masked @ values) == pytest.approx(5)
        plain = scores.softmax(0)
        assert (54 * plain).tolist() == pytest.approx([3, 1, 50])
        assert float(54 * plain @ values) == pytest.approx(-4980)
        assert rf"\approx-{fr(-float(plain @ values), 1).replace(',', '{,}')}$" in text

    def test_residual_then_norm(self):
        x, branch = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 0.0])
        y = F.layer_norm(x + branch, (2,), eps=1e-12)
        assert r"y=\mathrm{LN}(4,2)=(1,-1)" in cell("ex-4-6")
        assert torch.allclose(y, torch.tensor([1.0, -1.0]))

    def test_count(self):
        text = cell("ex-4-6")
        config = BertConfig(
            vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536
        )
        with torch.device("meta"):
            model = BertModel(config)

        def count(*parts):
            return sum(p.numel() for name, p in model.named_parameters() if any(part in name for part in parts))

        layer = "encoder.layer.0."
        norms = count(f"{layer}attention.output.LayerNorm", f"{layer}output.LayerNorm")
        attention = count(f"{layer}attention.") - count(f"{layer}attention.output.LayerNorm")
        network = count(f"{layer}intermediate", f"{layer}output.dense")
        counted = {
            "plongements": count("embeddings."),
            "une couche : attention": attention,
            "une couche : réseau": network,
            "une couche : deux normalisations": norms,
            "*pooler*": count("pooler."),
            "**total**": sum(p.numel() for p in model.parameters()),
        }
        for label, n in counted.items():
            assert int(re.sub(r"\D", "", row_of(text, label).split("|")[-1])) == n


class TestPooling:
    def test_means(self):
        text = cell("ex-4-7")
        for label, kept in (("1", 2), ("2", 3)):
            tokens, mask, total, mean = row_of(text, label).split(" | ")
            H = torch.tensor([vectors(tokens)], dtype=torch.float64)
            m = torch.tensor([[int(n) for n in mask.split()]])
            assert int(m.sum()) == kept
            assert vectors(total) == (H * m[..., None]).sum(1).tolist()
            assert numbers(mean) == independent("pooling")["mean_pooling"](H, m)[0].tolist()

    def test_cosines(self):
        text = cell("ex-4-7")
        U = torch.tensor([[3.0, 4.0], [0.0, 2.0]], dtype=torch.float64)
        V = torch.tensor([[4.0, 3.0], [-5.0, 0.0], [6.0, 8.0]], dtype=torch.float64)
        assert "$u_1=(3,4)$, $u_2=(0,2)$ et $v_1=(4,3)$, $v_2=(-5,0)$, $v_3=(6,8)$" in text
        cosines = independent("pooling")["cosine_matrix"](U, V)
        for label, row in zip(("$u_1$", "$u_2$"), cosines, strict=True):
            assert [numbers(entry)[-1] for entry in row_of(text, label).split("|")] == pytest.approx(row.tolist())


class TestClassificationHead:
    def test_losses(self):
        text, loss = cell("ex-4-8"), independent("classification_head")["classification_loss"]
        logits = torch.tensor([[2.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
        each = [float(loss(logits[i : i + 1], torch.tensor([i]))) for i in (0, 1)]
        first, second = (row_of(text, f"${z}$").split(" | ") for z in ("(2,0)", "(1,1)"))
        assert numbers(first[1])[-1] == pytest.approx(math.exp(-each[0]), abs=6e-5)
        assert numbers(first[2])[-1] == pytest.approx(each[0], abs=6e-5)
        assert numbers(second[2])[-1] == pytest.approx(each[1], abs=6e-5)
        assert rf"\mathbf{{{fr(sum(each) / 2, 4).replace(',', '{,}')}}}" in text

    def test_floor_of_two_softmax(self):
        loss = independent("classification_head")["classification_loss"]

        def twice(gap):
            return float(loss(torch.tensor([[gap, 0.0]], dtype=torch.float64).softmax(1), torch.tensor([0])))

        floor = math.log1p(math.exp(-1))
        assert rf"\approx{fr(floor, 4).replace(',', '{,}')}$" in cell("ex-4-8")
        assert twice(40.0) == pytest.approx(floor)
        caption = cell("figure-pertes-legende")
        assert f"ne coûte que {fr(twice(-6.0), 2)}, la plus juste encore {fr(twice(6.0), 2)}" in caption
        assert f"descend de {fr(twice(-6.0), 2)} à {fr(floor, 2)}" in caption


@pytest.fixture(scope="module")
def encoder():
    try:
        folder = local_model()
    except ModelUnavailable:
        pytest.skip("the encoder is not on this machine")
    model = BertModel.from_pretrained(folder, attn_implementation="eager").eval()
    return AutoTokenizer.from_pretrained(folder), model


class TestOfTheRealEncoder:
    def test_three_heads(self, encoder):
        tokenizer, model = encoder
        caption, source = cell("figure-encodeur-legende"), cell("figure-encodeur")
        assert f"parmi {model.config.num_hidden_layers * model.config.num_attention_heads}" in caption
        batch = tokenizer(re.search('sentence = "(.*)"', source)[1], return_tensors="pt")
        with torch.no_grad():
            maps = model(**batch, output_attentions=True).attentions
        pieces = tokenizer.convert_ids_to_tokens(batch["input_ids"][0])
        assert len(pieces) == 16
        assert "seize lignes et seize colonnes" in caption
        assert maps[0][0, 2].diagonal(-1).min() > 0.9
        weight = float(maps[3][0, 1, pieces.index("it"), pieces.index("animal")])
        assert f"une case claire ({fr(weight, 2)})" in caption
        assert f"({fr(float(maps[4][0, 5, :, 0].mean()), 2)} en moyenne)" in caption

    def test_cosines_of_six_sentences(self, encoder):
        tokenizer, model = encoder
        caption, source = cell("figure-cosinus-legende"), cell("figure-cosinus")
        sentences = re.findall(r'^    "(.*)",$', source, re.MULTILINE)
        assert len(sentences) == 6
        batch = tokenizer(sentences, padding=True, return_tensors="pt")
        with torch.no_grad():
            H = model(**batch).last_hidden_state
        answers = independent("pooling")
        mean, cls = answers["mean_pooling"](H, batch["attention_mask"]), answers["cls_pooling"](H)
        same = np.kron(np.eye(3), np.ones((2, 2))).astype(bool)
        for pooled, words in ((mean, "0,74, 0,45 et 0,51, toutes les autres"), (cls, "0,86, 0,80 et 0,78, les autres")):
            cosines = answers["cosine_matrix"](pooled, pooled).numpy()
            pairs = [fr(float(cosines[i, i + 1]), 2) for i in (0, 2, 4)]
            assert f"{pairs[0]}, {pairs[1]} et {pairs[2]}" in words
            low, high = (fr(float(f(cosines[~same])), 2).replace("-", "−") for f in (np.min, np.max))
            assert f"{words} entre {low} et {high}" in caption
