"""Module 2: every number of the text and the captions, and what each answer to a question comes from."""

import math
import re
import warnings
from itertools import product

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from courses import ROOT
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from transformers import M2M100Config, M2M100Model

from attentif.exercises.question_files import read_questions
from attentif.exercises.questions import judge

MODULE = ROOT / "source" / "module2"
QUESTIONS = read_questions(ROOT / "grader_tests" / "module2" / "questions.md")
CELLS = {c.id: c.source for c in nbformat.read(MODULE / "2_architecture_transformer.ipynb", 4).cells}


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones, decimal commas of formulas as in prose."""
    return re.sub("[\u202f\u00a0]", " ", CELLS[cell_id]).replace("{,}", ",").replace("\\,", " ")


def fr(x, digits):
    """A number as the text writes it."""
    return f"{x:,.{digits}f}".replace(",", " ").replace(".", ",")


def reason(name, answer, numero=0):
    """What is said of an answer."""
    return judge(QUESTIONS[name], answer, numero).reason


def draws(name):
    """Every combination of the numbers that a question draws."""
    drawn = QUESTIONS[name].drawn
    return [dict(zip(drawn, values, strict=True)) for values in product(*drawn.values())]


def wrong_values(name, drawn):
    """The wrong numbers that the question knows, for these draws."""
    return [eval(value.expression, {"sqrt": math.sqrt}, dict(drawn)) for value in QUESTIONS[name].wrong]


def defined(*cell_ids):
    """What code cells of the notebook define."""
    space = {"np": np, "math": math, "torch": torch, "nn": nn}
    for cell_id in cell_ids:
        exec(CELLS[cell_id], space)
    return space


def count(module, kept=lambda name: True):
    """Parameters of a module whose names are kept."""
    return sum(p.numel() for name, p in module.named_parameters() if kept(name))


class TestLayers:
    def test_the_network_looks_at_one_word(self):
        x, order = torch.randn(6, 8), torch.randperm(6)
        network = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 8))
        assert torch.allclose(network(x)[order], network(x[order]), atol=1e-6)
        layer = nn.TransformerEncoderLayer(8, 2, 32, dropout=0.0, batch_first=True)
        assert torch.allclose(layer(x[None])[0, order], layer(x[None, order])[0], atol=1e-5)

    def test_residuals_of_a_layer(self):
        """Sub-layers that answer nothing leave the flux as it is: two residuals, three in the decoder."""
        x, memory = torch.randn(1, 5, 8), torch.randn(1, 4, 8)
        for make, others, norms in ((nn.TransformerEncoderLayer, (), 2), (nn.TransformerDecoderLayer, (memory,), 3)):
            layer = make(8, 2, 32, dropout=0.0, batch_first=True, norm_first=True)
            for name, parameter in layer.named_parameters():
                if "norm" not in name:
                    nn.init.zeros_(parameter)
            assert torch.equal(layer(x, *others), x)
            assert sum(isinstance(part, nn.LayerNorm) for part in layer.modules()) == norms

    def test_a_row_that_is_hidden_whole(self):
        assert torch.full((3,), -math.inf).softmax(0).isnan().all()

    def test_reasons_about_masks(self):
        assert "clés" in reason("m2_q1", "c")
        assert judge(QUESTIONS["m2_q1"], "c").right


class TestLeaks:
    @staticmethod
    def dependent(causal):
        """Which inputs each output depends on, by moving one input at a time: three arrays of booleans."""
        torch.manual_seed(1)
        options = {"dropout": 0.0, "batch_first": True, "dtype": torch.double}
        encoder = [nn.TransformerEncoderLayer(16, 2, 64, **options) for _ in range(2)]
        decoder = [nn.TransformerDecoderLayer(16, 2, 64, **options) for _ in range(2)]
        hidden = torch.tensor([[False] * 4 + [True]])
        mask = torch.full((4, 4), -math.inf, dtype=torch.double).triu(1) if causal else None

        def encode(x):
            for layer in encoder:
                x = layer(x, src_key_padding_mask=hidden)
            return x

        def decode(y, memory):
            for layer in decoder:
                y = layer(y, memory, tgt_mask=mask, memory_key_padding_mask=hidden)
            return y

        def moved(function, x):
            found, before = [], function(x)
            for j in range(x.shape[1]):
                other = x.clone()
                other[:, j] += 1 + torch.rand(16)
                found.append((function(other) != before).any(-1)[0])
            return torch.stack(found, 1).numpy()

        with torch.no_grad():
            x, y = torch.randn(1, 5, 16, dtype=torch.double), torch.randn(1, 4, 16, dtype=torch.double)
            memory = encode(x)
            return moved(encode, x), moved(lambda v: decode(v, memory), y), moved(lambda m: decode(y, m), memory)

    @pytest.mark.parametrize("causal", [True, False])
    def test_zeros_of_the_maps(self, causal):
        drawn = [found > 0 for found in defined("fuites")["leak_maps"](causal)]
        for one, other in zip(drawn, self.dependent(causal), strict=True):
            assert np.array_equal(one, other)
        encoder, target, source = drawn
        wanted = np.ones((5, 5), dtype=bool)
        wanted[:4, 4] = False  # the padding's column, but for the diagonal
        assert np.array_equal(encoder, wanted)
        assert np.array_equal(target, np.tri(4, dtype=bool) if causal else np.ones((4, 4), dtype=bool))
        assert (~np.tri(4, dtype=bool)).sum() == 6
        assert "six zéros, l’avenir" in cell("figure-fuites-legende")
        assert np.array_equal(source, np.arange(5)[None] < 4 * np.ones((4, 1)))


class TestCounts:
    def test_table(self):
        d, text = 512, cell("compter")
        encoder, decoder = nn.TransformerEncoderLayer(d, 8, 4 * d), nn.TransformerDecoderLayer(d, 8, 4 * d)
        attention = count(encoder.self_attn)
        network = count(encoder, lambda name: name.startswith("linear"))
        rows = [attention, network, count(encoder.norm1), count(encoder), count(decoder)]
        formulas = [4 * d**2 + 4 * d, 8 * d**2 + 5 * d, 2 * d, 12 * d**2 + 13 * d, 16 * d**2 + 19 * d]
        assert rows == formulas
        written = [re.sub(r"[* ]", "", n) for n in re.findall(r"\| ([\d *]+) \|$", text, re.MULTILINE)]
        assert [int(n) for n in written] == rows
        assert count(nn.TransformerEncoderLayer(d, 2, 4 * d)) == count(encoder)  # whatever the heads
        assert network == pytest.approx(2 * attention, rel=0.001)

    def test_nllb(self):
        config = M2M100Config(
            vocab_size=256_206, d_model=1024, encoder_layers=12, decoder_layers=12,
            encoder_ffn_dim=4096, decoder_ffn_dim=4096, encoder_attention_heads=16, decoder_attention_heads=16,
        )  # fmt: skip
        with torch.device("meta"):
            model = M2M100Model(config)
        text, total = cell("nllb") + cell("nllb-texte"), count(model)
        parts = [
            count(model.shared), count(model.encoder.layers[0]), count(model.decoder.layers[0]),
            count(model.encoder.layer_norm) + count(model.decoder.layer_norm),
        ]  # fmt: skip
        assert parts[0] + 12 * parts[1] + 12 * parts[2] + parts[3] == total
        assert all(fr(n, 0) in text for n in (*parts, total))
        assert f"{100 * parts[0] / total:.0f} % de ses paramètres sont des mots" in text

    def test_question(self):
        for drawn in draws("m2_q2"):
            d = drawn["d"]
            layer = nn.TransformerEncoderLayer(d, 2, 4 * d)
            right = count(layer)
            attention = count(layer.self_attn)
            wrong = [
                count(layer, lambda name: "norm" not in name),
                right - count(layer.norm1),
                count(layer, lambda name: "bias" not in name or "norm" in name),
                right - count(layer.self_attn.out_proj),
                right + attention,
                count(nn.TransformerDecoderLayer(d, 2, 4 * d)),
            ]
            assert eval(QUESTIONS["m2_q2"].right.expression, {}, drawn) == right
            assert wrong_values("m2_q2", drawn) == wrong
        assert judge(QUESTIONS["m2_q2"], 510.0).right
        assert "Il manque $24$" in reason("m2_q2", 486.0)
        assert "Il manque $54$" in reason("m2_q2", 456.0)
        assert "$W_O$" in reason("m2_q2", 468.0)
        assert "$168$ pour l’attention, $318$" in reason("m2_q2", 510.0)

    def test_the_outline_of_eight_would_be_ambiguous(self):
        """Why d is never 8: forgetting the biases and forgetting W_O would be the same number."""
        assert all(9 * drawn["d"] != drawn["d"] ** 2 + drawn["d"] for drawn in draws("m2_q2"))

    def test_multiplications(self):
        """The figure's rows against what torch counts of an attention and a network."""
        d, text = 64, cell("figure-cout-legende")
        for n in (16, 4 * d):
            x, W, W1 = torch.randn(n, d), torch.randn(d, d), torch.randn(d, 4 * d)
            with FlopCounterMode(display=False) as projections:
                q, k, v = x @ W, x @ W, x @ W
                v @ W
            with FlopCounterMode(display=False) as scores:
                (q @ k.T).softmax(-1) @ v
            with FlopCounterMode(display=False) as network:
                torch.relu(x @ W1) @ W1.T
            found = [counter.get_total_flops() / 2 for counter in (projections, scores, network)]
            assert found == [4 * n * d**2, 2 * n**2 * d, 8 * n * d**2]
        assert found[1] == found[2]  # n = 4 d
        assert "à $T=4d=2048$" in text
        shares = {n: self.shares(n) for n in (128, 4096)}
        assert f"le réseau prend **{fr(100 * shares[128][4], 0)} %**" in text
        assert f"{fr(100 * shares[128][1], 1)} % pour chaque attention" in text
        assert shares[4096][1] + shares[4096][3] == pytest.approx(2 / 3, abs=0.001)

    @staticmethod
    def shares(n):
        """Of the multiplications of figure 3, as the notebook computes them."""
        source = CELLS["figure-cout"].partition("fig, (left")[0].replace("LONGUEUR = 128", f"LONGUEUR = {n}")
        space = {}
        exec(source, space)
        counts = [row[2] for row in space["ROWS"]]
        assert sum(row[1] for row in space["ROWS"]) == count(nn.TransformerDecoderLayer(512, 8, 2048))
        return [c / sum(counts) for c in counts]


class TestNormalisation:
    def test_by_hand(self):
        x, text = torch.tensor([1.0, 2, 6], dtype=torch.float64), cell("layernorm-texte")
        y = F.layer_norm(x, (3,), eps=0)
        assert f"({fr(y[0], 3)} ;{fr(y[1], 3)} ;{fr(y[2], 3)})" in text.replace("\\;", " ;")
        assert x.var(correction=0) == pytest.approx(14 / 3)
        assert f"\\sigma\\approx{fr(x.std(correction=0).item(), 3)}" in text
        assert y.norm() == pytest.approx(math.sqrt(3))

    def test_projection_then_scale(self):
        x = torch.randn(7, dtype=torch.float64)
        P = torch.eye(7) - torch.ones(7, 7, dtype=torch.float64) / 7
        y = F.layer_norm(x, (7,), eps=0)
        assert torch.allclose(y, math.sqrt(7) * P @ x / (P @ x).norm())
        assert torch.allclose(y, F.layer_norm(3 * x + 2, (7,), eps=0))
        J = torch.func.jacrev(lambda v: F.layer_norm(v, (7,), eps=0))(x)
        sigma = x.std(correction=0)
        assert torch.allclose(J, (P - torch.outer(y, y) / 7) / sigma)
        assert torch.linalg.matrix_norm(J, 2) == pytest.approx(1 / sigma.item())

    def test_question(self):
        for drawn in draws("m2_q3"):
            x = np.array([drawn["a"], -1.0])
            c = x - x.mean()
            assert F.layer_norm(torch.tensor(x), (2,), eps=0).tolist() == pytest.approx([1, -1])
            wanted = [c / x.std(ddof=1), c / x.var(), c, x / math.sqrt((x**2).mean()), x / x.std()]
            assert np.allclose(wrong_values("m2_q3", drawn), wanted)
        assert judge(QUESTIONS["m2_q3"], [1.0, -1.0]).right
        assert "$d-1=1$" in reason("m2_q3", [0.7071, -0.7071])
        assert "variance" in reason("m2_q3", [0.5, -0.5])
        assert "RMSNorm" in reason("m2_q3", [1.342, -0.447])

    def test_where_it_stands(self):
        """A sub-layer that answers nothing, and the direct path of the gradient."""
        x = torch.randn(1, 3, 8)
        answers = {}
        for norm_first in (False, True):
            layer = nn.TransformerEncoderLayer(8, 2, 32, dropout=0.0, batch_first=True, norm_first=norm_first)
            for name, parameter in layer.named_parameters():
                if "norm" not in name:
                    nn.init.zeros_(parameter)
            answers[norm_first] = layer(x)
        assert torch.allclose(answers[False], F.layer_norm(x, (8,)), atol=1e-4)
        assert torch.equal(answers[True], x)
        assert judge(QUESTIONS["m2_q4"], "d").right
        x, f = torch.randn(2, 100_000, generator=torch.Generator().manual_seed(0))
        assert (x + f).std() == pytest.approx(math.sqrt(2), rel=0.01)
        assert math.sqrt(2) ** 64 == pytest.approx(2**32)
        assert 2**32 > 4e9
        assert "64 sous-couches est divisé par $2^{32}$, plus de quatre milliards" in cell("autoroute-texte")


class TestGradients:
    def test_caption(self):
        text = cell("figure-gradient-legende")
        warnings.simplefilter("ignore")
        norms = {first: defined("gradients")["mean_norms"](32, first) for first in (False, True)}
        shallow = {first: defined("gradients")["mean_norms"](2, first) for first in (False, True)}
        post, pre = norms[False], norms[True]
        assert f"de {fr(post[0], 2)} à {fr(post[-1], 2)} :" in text
        assert f"de {fr(pre[0], 2)} à {fr(pre[-1], 2)} :" in text
        assert f"({fr(shallow[False][-1], 2)} puis {fr(post[-1], 2)})" in text
        assert f"({fr(shallow[True][-1], 2)} puis {fr(pre[-1], 2)})" in text
        assert post[:8].mean() < post[-8:].mean()
        assert pre[:8].mean() > 2 * pre[-8:].mean()
        assert min(post.min(), pre.min()) > 0.1  # nothing vanishes

    def test_the_flux_grows_with_the_norm_before(self):
        torch.manual_seed(0)
        x = torch.randn(2, 16, 64)
        sizes = []
        for _ in range(32):
            layer = nn.TransformerEncoderLayer(64, 4, 256, dropout=0.0, batch_first=True, norm_first=True)
            x = layer(x).detach()
            sizes.append(x.std().item())
        assert sizes[-1] > 1.5 * sizes[0]


class TestRank:
    def test_two_words(self):
        A, x = np.array([[0.75, 0.25], [0.25, 0.75]]), np.array([3.0, -1])
        assert sorted(np.linalg.eigvalsh(A)) == pytest.approx([0.5, 1])
        assert list(A @ x) == [2, 0]
        assert list((x + A @ x) / 2) == [2.5, -0.5]
        assert np.abs(x - 1).max() == 2
        assert np.abs(A @ x - 1).max() == 2 * 0.5
        assert np.abs((x + A @ x) / 2 - 1).max() == 2 * (1 + 0.5) / 2
        assert np.linalg.matrix_rank(np.linalg.matrix_power(A, 200)) == 1

    def test_caption(self):
        text, spreads = cell("figure-rang-legende"), defined("rang")["spreads"]
        alone, residual = spreads("moyenne"), spreads("résidu")
        assert f"{fr(alone[2], 2)}, puis {fr(alone[3], 3)}, puis $2\\cdot10^{{-6}}$" in text
        assert f"{alone[4]:.0e}" == "2e-06"
        logs = np.log(alone[2:5])
        assert logs[1:] / logs[:-1] == pytest.approx([3, 3], abs=0.1)
        assert f"{residual[12]:.0e}" == "1e-03"
        assert np.mean(np.array(residual[9:]) / residual[8:-1]) == pytest.approx(0.5, abs=0.02)
        values, layer = spreads("valeurs"), spreads("couche")
        assert f"se maintient à {fr(values[-1], 2)}, et à {fr(layer[-1], 2)} avec le réseau" in text
        assert [s[-1] > 0.1 for s in (alone, residual, values, layer)] == [False, False, True, True]
        assert f"{spreads('couche', 'post')[-1]:.0e}" == "2e-05"

    def test_values_go_elsewhere(self):
        """The common part grows as the square root of the depth with values, twofold a layer without."""
        torch.manual_seed(0)
        common = torch.randn(64, dtype=torch.double)
        sizes = [1.0]
        x = common.clone()
        for _ in range(64):
            x = x + F.layer_norm(x, (64,)) @ torch.randn(64, 64, dtype=torch.double) / 8
            sizes.append((x.norm() / common.norm()).item())
        assert sizes[64] == pytest.approx(math.sqrt(65), rel=0.2)
        assert sizes[16] == pytest.approx(math.sqrt(17), rel=0.25)


class TestShift:
    def test_curves(self):
        text, losses = cell("figure-copie-legende"), defined("copie")["losses"]
        shifted, copied = losses(16, True), losses(16, False)
        assert f"descend à {fr(shifted[-1], 2)} et s’arrête" in text
        assert np.mean(shifted[-20:]) == pytest.approx(math.log(16), abs=0.06)
        assert max(copied[60:]) < 0.01
        assert "sous 0,01 en soixante pas" in text
        assert f"\\ln16\\approx{fr(math.log(16), 2)}" in cell("copie-prediction")
        assert judge(QUESTIONS["m2_q5"], "b").right

    def test_neither_protects_alone(self):
        """With the shift and without the mask, the answer is read one place further."""
        space = defined("copie")
        source = CELLS["copie"].replace("torch.ones(8, 8).triu(1).bool()", "None")
        exec(source, space)
        assert space["losses"](16, True, steps=250)[-1] < 1.5
        assert "L’un sans l’autre ne protège de rien" in cell("decalage-texte")

    def test_table(self):
        rows = re.findall(r"^\| (entrée du décodeur|cible) \| (.*) \|$", cell("decalage"), re.MULTILINE)
        given, wanted = (words.split(" | ") for _, words in rows)
        assert given[1:] == wanted[:-1]
        assert (given[0], wanted[-1]) == ("⟨début⟩", "⟨fin⟩")
