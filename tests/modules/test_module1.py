"""Module 1: every number of the text and the captions, and what each answer to a question comes from."""

import math
import re
from collections import Counter
from itertools import product

import nbformat
import numpy as np
import pytest
import torch
from courses import ROOT
from scipy import integrate, special, stats

from attentif.exercises.question_files import read_questions
from attentif.exercises.questions import judge

MODULE = ROOT / "source" / "module1"
QUESTIONS = read_questions(ROOT / "grader_tests" / "module1" / "questions.md")
CELLS = {c.id: c.source for c in nbformat.read(MODULE / "1_limites_des_rnn.ipynb", 4).cells}


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones, decimal commas of formulas as in prose."""
    return re.sub("[\u202f\u00a0]", " ", CELLS[cell_id]).replace("{,}", ",").replace("\\,", " ")


def fr(x, digits):
    """A number as the text writes it."""
    return f"{x:,.{digits}f}".replace(",", " ").replace(".", ",").replace("-", "−")


def power(x):
    """A number as the text writes it in powers of ten, one digit."""
    digit, exponent = f"{x:.0e}".split("e")
    exponent = str(int(exponent))
    return (f"{digit}\\cdot" if digit != "1" else "") + (
        f"10^{exponent}" if len(exponent) == 1 else f"10^{{{exponent}}}"
    )


def reason(name, answer, numero=0):
    """What is said of an answer."""
    return judge(QUESTIONS[name], answer, numero).reason


def draws(name):
    """Every combination of the numbers that a question draws."""
    drawn = QUESTIONS[name].drawn
    return [dict(zip(drawn, values, strict=True)) for values in product(*drawn.values())]


def values(name, drawn):
    """The right number and the wrong ones that the question knows, for these draws."""
    names = {**{f: getattr(math, f) for f in ("exp", "log", "log2")}, **drawn}
    known = [QUESTIONS[name].right, *QUESTIONS[name].wrong]
    return [eval(value.expression, {}, dict(names)) for value in known]


def defined(*cell_ids):
    """What code cells of the notebook define."""
    space = {"np": np, "math": math, "torch": torch}
    for cell_id in cell_ids:
        exec(CELLS[cell_id], space)
    return space


class TestPrediction:
    def test_how_far_the_subject_is(self):
        words = re.search(r"> \*(.+?)\* _+", cell("la-question"))[1].split()
        assert len(words) - words.index("mangues") == 14
        assert words[-2:] == ["la", "table"]
        assert "quatorze mots plus tôt" in cell("la-question-texte")

    def test_perplexity_of_the_example(self):
        p = np.array([1 / 2, 1 / 4, 1 / 2])
        assert list(-np.log2(p)) == [1, 2, 1]
        assert p.prod() == 1 / 16
        geometric = stats.gmean(1 / p)
        assert f"16^{{1/3}}\\approx{fr(geometric, 2)}" in cell("perplexite")
        text = cell("perplexite-texte")
        bits, nats = -np.log2(p).mean(), -np.log(p).mean()
        assert bits == pytest.approx(4 / 3)
        assert f"\\approx{fr(nats, 3)}$" in text
        assert 2**bits == pytest.approx(math.exp(nats)) == pytest.approx(geometric)
        assert f"$2^{{{fr(nats, 3)}}}\\approx{fr(2**nats, 2)}$" in text

    def test_windows_of_words(self):
        assert 10_000**3 == 10**12
        assert "mille milliards" in cell("fenetre-texte")

    def test_questions_on_prediction(self):
        for drawn in draws("m1_q1"):
            p = np.array([1 / 2, 1 / 4, 1 / drawn["q"]])
            bits, nats = -np.log2(p).mean(), -np.log(p).mean()
            wanted = [stats.gmean(1 / p), math.exp(bits), 2**nats, (1 / p).mean(), 1 / p.prod(), 1 / p.mean(), bits]
            assert values("m1_q1", drawn) == pytest.approx(wanted)
        assert values("m1_q1", {"q": 8})[0] == pytest.approx(4)
        assert "est de $2$ bits, et $2^{2}=4$" in reason("m1_q1", 4)
        assert "est en bits" in reason("m1_q1", 7.39)
        assert "est en nats" in reason("m1_q1", 2.61)
        assert "arithmétique" in reason("m1_q1", 4.67)
        assert "racine" in reason("m1_q1", 64)
        for drawn in draws("m1_q2"):
            window = list(range(drawn["n"]))
            assert values("m1_q2", drawn) == [len(window[:-1]), len(window), len(window) + 1]


def perplexity(text, start, end, after, m):
    """Of text[start:end], from the letters counted after each past of m letters."""
    logs, V = [], len(set(text))
    for i in range(start + m, end):
        counts = after.get(text[i - m : i], Counter())
        logs.append(math.log((counts.total() + 0.05 * V) / (counts[text[i]] + 0.05)))
    return math.exp(np.mean(logs))


@pytest.fixture(scope="module")
def rows():
    """The numbers of figure 1 by language, (9, 3), counted in another way: one letter after the other."""
    found = {}
    for language in ("fra", "ewe", "kbp"):
        text = (MODULE / "data" / "udhr" / f"{language}.txt").read_text(encoding="utf-8")
        cut, found[language] = int(0.8 * len(text)), []
        for m in range(9):
            after = {}
            for i in range(m, cut):
                after.setdefault(text[i - m : i], Counter())[text[i]] += 1
            new = [text[i] not in after.get(text[i - m : i], ()) for i in range(cut + m, len(text))]
            read, unread = perplexity(text, 0, cut, after, m), perplexity(text, cut, len(text), after, m)
            found[language].append((read, unread, np.mean(new)))
    return {language: np.array(table) for language, table in found.items()}


class TestWindowsOfLetters:
    def test_caption(self, rows):
        text, french = cell("figure-ngrammes-legende"), rows["fra"]
        assert f"descend de {fr(french[0, 1], 1)} à **{fr(french[2, 1], 1)}** avec deux lettres" in text
        assert f"remonte à {fr(french[8, 1], 1)} avec huit" in text
        assert np.all(np.abs(french[3:, 0] - 3) < 0.35)
        assert f"quatre lettres de mémoire, {fr(100 * french[4, 2], 0)} %" in text
        assert f"et {fr(100 * french[8, 2], 0)} % avec huit" in text
        assert [int(rows[language][:, 1].argmin()) for language in rows] == [2, 2, 2]

    def test_the_figure_counts_the_same(self, rows, monkeypatch):
        monkeypatch.chdir(MODULE)
        drawn = defined("compter")["ngram_perplexities"]("ewe")
        assert np.allclose(np.array(drawn)[:, 1:], rows["ewe"], rtol=2e-3)


class TestRecurrence:
    def test_one_neuron(self):
        x, h, w = torch.tensor([1.0, 0, 0], dtype=torch.float64), torch.zeros((), dtype=torch.float64), 1.5
        states = []
        for value in x:
            h = torch.tanh(value + w * h)
            if not states:
                h.requires_grad_(True)
            states.append(h)
        text = cell("a-la-main")
        assert "| $h_t$ | " + " | ".join(fr(h.item(), 3) for h in states) + " |" in text
        factors = [w * (1 - h.item() ** 2) for h in states[1:]]
        assert f"| | {fr(factors[0], 3)} | {fr(factors[1], 3)} |" in text
        (whole,) = torch.autograd.grad(states[2], states[0])
        assert f"\\times{fr(factors[1], 3)}\\approx{fr(whole.item(), 3)}" in text
        assert whole < 1 / 4
        assert "plus de quatre" in cell("a-la-main-texte")
        assert min(h.item() for h in states) > 0.75

    def test_gradient_through_time(self):
        """The lesson's recurrence against autograd, a loss at each step."""
        torch.manual_seed(0)
        T, B, n, d = 5, 3, 2, 4
        W = torch.randn(d, d, dtype=torch.float64, requires_grad=True)
        x, Wx, G = (torch.randn(*s, dtype=torch.float64) for s in ((T, B, n), (n, d), (T, B, d)))
        states = [torch.zeros(B, d, dtype=torch.float64)]
        for t in range(T):
            states.append(torch.tanh(x[t] @ Wx + states[-1] @ W))
        (wanted,) = torch.autograd.grad(sum((g * h).sum() for g, h in zip(G, states[1:], strict=True)), W)
        with torch.no_grad():
            da, dW = torch.zeros(B, d, dtype=torch.float64), torch.zeros_like(W)
            for t in range(T, 0, -1):
                da = (G[t - 1] + da @ W.T) * (1 - states[t] ** 2)
                dW += states[t - 1].T @ da
        assert torch.allclose(dW, wanted)

    def test_parameters(self):
        rnn = torch.nn.RNN(5, 7)
        count = sum(p.numel() for name, p in rnn.named_parameters() if name != "bias_hh_l0")  # one bias is enough
        assert count == 5 * 7 + 7**2 + 7
        assert sum(p.numel() for p in torch.nn.LSTM(5, 7).parameters()) == 4 * sum(p.numel() for p in rnn.parameters())

    def test_a_hump(self):
        W = np.array([[0.5, 3.94], [0, 0.5]])
        assert np.abs(np.linalg.eigvals(W)) == pytest.approx([0.5, 0.5])
        powers = {k: np.linalg.matrix_power(W, k) for k in (1, 2, 3, 6, 10)}
        norms = {k: math.sqrt(np.linalg.eigvalsh(P.T @ P).max()) for k, P in powers.items()}
        assert "| $\\lVert W_h^k\\rVert$ | " + " | ".join(fr(n, 2) for n in norms.values()) + " |" in cell("rayon")
        shown = reason("m1_q4", "c")
        assert f"{fr(norms[1], 2)} au premier pas, {fr(norms[10], 2)} au dixième" in shown
        assert norms[1] < norms[2] * 1.02
        far = np.linalg.norm(np.linalg.matrix_power(W, 800), 2) ** (1 / 800)
        assert far == pytest.approx(0.5, rel=0.02)

    def test_a_bound(self):
        for drawn in draws("m1_q3"):
            bound, steps = 1.0, 0
            for _ in range(1, 50):
                bound, steps = bound * drawn["w"], steps + 1
            wanted = [bound, bound * drawn["w"], steps * drawn["w"], 50 * drawn["w"], drawn["w"]]
            assert values("m1_q3", drawn) == pytest.approx(wanted)
        assert round(values("m1_q3", {"w": 0.9})[0], 4) == 0.0057
        assert "$50$ facteurs" in reason("m1_q3", 0.9**50)
        assert "multiplié" in reason("m1_q3", 45)


class TestJacobians:
    @staticmethod
    def by_autograd(gain, distance, d=64, T=400):
        """Singular values of dh_T/dh_(T - distance), by torch from the same draws."""
        rng = np.random.default_rng(0)
        W = torch.tensor(gain * np.linalg.qr(rng.normal(size=(d, d)))[0])
        inputs = torch.tensor(0.3 * rng.normal(size=(T, d)))

        def run(h, inputs):
            for u in inputs:
                h = torch.tanh(u + h @ W)
            return h

        past = run(torch.zeros(d, dtype=torch.float64), inputs[: T - distance])
        J = torch.func.jacrev(lambda h: run(h, inputs[T - distance :]))(past)
        return np.linalg.svd(J.numpy(), compute_uv=False)

    def test_caption(self):
        text = cell("figure-jacobiennes-legende")
        sensitivities = defined("jacobiennes")["sensitivities"]
        largest, median = sensitivities(1.25)
        assert f"monte à {fr(largest.max(), 2)}" in text
        assert f"${power(largest[399])}$ en 399 pas" in text
        assert f"${power(1.25**399)}$" in text
        assert f"${power(median[50])}$ à 50 pas" in text
        for distance in (10, 50):
            values = self.by_autograd(1.25, distance)
            assert [largest[distance], median[distance]] == pytest.approx([values[0], np.median(values)], rel=1e-6)
        assert f"à 50 pas, la plus grande ne vaut plus que ${power(self.by_autograd(1.0, 50)[0])}$" in text
        assert np.all(sensitivities(1.0)[0] <= 1 + 1e-12)
        largest, median = sensitivities(1.5)
        assert f"${power(largest[399])}$" in text
        assert median[50] < 1e-4
        assert largest.max() <= 1.5**399


class TestGates:
    def test_numbers_of_the_text(self):
        text = cell("portes-texte")
        assert round(0.99**50, 1) == 0.6
        assert "garde 60 % après 50 pas" in text
        assert 0.5**20 < 1e-6 < 0.5**19
        for bias in (0, 1, 3):
            assert f"$\\sigma({bias})={fr(special.expit(bias), 1 if bias == 0 else 3)}$" in text
        assert 0.999**693 < 0.5 < 0.999**692
        assert "perd encore la moitié en 693 pas" in cell("idees-fausses")

    def test_direct_path(self):
        """dc_T/dc_0 with the gates as given numbers, by autograd."""
        f = torch.rand(6, 4, dtype=torch.float64)
        c = start = torch.ones(4, dtype=torch.float64, requires_grad=True)
        for gate in f:
            c = gate * c + torch.rand(4)
        (found,) = torch.autograd.grad(c.sum(), start)
        assert torch.allclose(found, f.prod(0))

    def test_question(self):
        for drawn in draws("m1_q5"):
            n, left = drawn["n"], 1.0
            for _ in range(n):
                left *= 0.99
            assert values("m1_q5", drawn) == pytest.approx([left, 0.99, n * 0.99, 1 - n / 100, 0.9**n, 1 - left])
        assert round(values("m1_q5", {"n": 100})[0], 3) == 0.366
        assert "de départ" in reason("m1_q5", 0.0)
        assert "porte de" in reason("m1_q5", 0.9**100)

    def test_recall(self):
        space = defined("rappel")
        recall, Recurrent, Attention = (space[name] for name in ("recall", "Recurrent", "Attention"))
        assert recall(lambda T: Recurrent(), 5) > 0.95
        assert recall(lambda T: Recurrent(1.0), 5) > 0.95
        assert recall(lambda T: Recurrent(), 20) < 0.2
        assert recall(lambda T: Recurrent(1.0), 20) < 0.2
        assert recall(lambda T: Recurrent(3.0), 20) > 0.9
        assert 0.2 < recall(lambda T: Recurrent(3.0), 40) < 0.95
        assert recall(lambda T: Recurrent(6.0), 40) > 0.95
        assert recall(lambda T: Recurrent(0.0), 10) < 0.3
        assert recall(Attention, 40) > 0.98
        assert abs(recall(lambda T: Recurrent(), 10) - recall(lambda T: Recurrent(), 10, seed=1)) > 0.2
        forgets = Recurrent(3.0).core
        assert torch.all(forgets.bias_ih_l0[32:64] + forgets.bias_hh_l0[32:64] == 3)


class TestCostAndMemory:
    def test_multiplications(self):
        from torch.utils.flop_counter import FlopCounterMode

        T, d = 128, 16
        x, W = torch.randn(T, d), torch.randn(d, d)

        def rnn():
            inputs, h = x @ W, torch.zeros(1, d)
            for u in inputs:
                h = torch.tanh(u + h @ W)

        def attention():
            return ((x @ W) @ (x @ W).T).softmax(-1) @ (x @ W)

        counts = []
        for function in (rnn, attention):
            with FlopCounterMode(display=False) as counter:
                function()
            counts.append(counter.get_total_flops() / 2)
        assert counts == [2 * T * d**2, 3 * T * d**2 + 2 * T**2 * d]
        assert "| RNN | $2Td^2$ | $T$ |" in cell("sequentiel")
        assert "| attention | $3Td^2+2T^2d$ |" in cell("sequentiel")
        assert 1.5 + 1024 / 64 == 17.5
        assert "$1,5+T/d$ fois *plus* de multiplications (17,5 fois plus pour $T=1024$ et $d=64$)" in cell(
            "sequentiel-texte"
        )

    def test_how_much_is_read_back(self):
        space = {"np": np}
        exec(CELLS["figure-memoire"].partition("lengths =")[0], space)
        expected = {  # the best of eight scores, of which one is raised by 1: a noise of variance T / d
            ratio: integrate.quad(
                lambda z, s=ratio: stats.norm.pdf(z) * stats.norm.cdf(z + 1 / math.sqrt(s)) ** 7, -8, 8
            )[0]
            for ratio in (0.25, 1, 4)
        }
        assert expected[1] == pytest.approx(0.40, abs=0.03)
        for d in (16, 64, 256):
            for ratio, share in expected.items():
                assert space["read_back"](d, int(ratio * d)) == pytest.approx(share, abs=0.07), (d, ratio)
        assert "Environ **40 %** quand $T=d$" in cell("figure-memoire-legende")

    def test_an_orthogonal_network_does_not_vanish(self):
        Q = np.linalg.qr(np.random.default_rng(0).normal(size=(16, 16)))[0]
        assert np.linalg.svd(np.linalg.matrix_power(Q, 300), compute_uv=False) == pytest.approx(np.ones(16))

    def test_alignment(self):
        states = torch.randn(7, 4, dtype=torch.float64)
        weights = torch.randn(7, dtype=torch.float64).softmax(0)
        J = torch.func.jacrev(lambda h: weights @ h)(states)  # (d, T, d)
        for j in range(7):
            assert torch.allclose(J[:, j], weights[j] * torch.eye(4, dtype=torch.float64))


def test_the_data_are_those_of_the_course():
    for path in (MODULE / "data" / "udhr").glob("*.txt"):
        assert path.read_bytes() == (ROOT / "data" / "udhr" / path.name).read_bytes()
