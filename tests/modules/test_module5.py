"""Module 5: every number of the text and the captions, and what each answer to a question comes from."""

import math
import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise, permutations, product

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
import torch
from courses import ROOT
from scipy import special
from scipy.linalg import block_diag
from scipy.spatial.transform import Rotation
from tokenizers.models import BPE

from attentif import figures
from attentif.exercises.question_files import read_questions
from attentif.exercises.questions import computed, judge

MODULE = ROOT / "source" / "module5"
QUESTIONS = read_questions(ROOT / "grader_tests" / "module5" / "questions.md")
CELLS = {c.id: c.source for c in nbformat.read(MODULE / "5_positions_et_contexte.ipynb", 4).cells}
LANGUAGES = {"fra": "français", "ewe": "éwé", "kbp": "kabiyè"}


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones, decimal commas of formulas as in prose."""
    return re.sub("[\u202f\u00a0]", " ", CELLS[cell_id]).replace("{,}", ",").replace("\\,", " ")


def fr(x, digits=2):
    """A number as the text writes it."""
    return f"{x:,.{digits}f}".replace(",", " ").replace(".", ",").replace("-", "−")


def draws(name):
    """Every combination of the numbers that a question draws."""
    drawn = QUESTIONS[name].drawn
    return [dict(zip(drawn, values, strict=True)) for values in product(*drawn.values())]


def right(name, values):
    return computed(QUESTIONS[name].right.expression, values)


def wrong(name, values):
    return [computed(value.expression, values) for value in QUESTIONS[name].wrong]


def encoding(p, d, base=10_000):
    """One position, pair by pair, as the powers of a complex number."""
    hands = [np.exp(1j * p * base ** (-2 * i / d)) for i in range(d // 2)]
    return np.array([part for hand in hands for part in (hand.imag, hand.real)])


def turn(radians):
    return Rotation.from_euler("z", radians).as_matrix()[:2, :2]


def text(language):
    return (MODULE / "data" / "udhr" / f"{language}.txt").read_text(encoding="utf-8")


def run(*ids, **given):
    """The notebook's own cells, with the names that its import cells would have given; figures are kept unseen."""
    alts = []
    names = {"math": math, "np": np, "torch": torch, "show": lambda _, alt: alts.append(alt)}
    names |= {name: getattr(figures, name) for name in figures.__all__ if name != "show"}
    names |= {"plt": plt, "nn": torch.nn, "F": torch.nn.functional, **given}
    for cell_id in ids:
        exec(CELLS[cell_id], names)
    plt.close("all")
    return names, alts


class TestBagOfWords:
    def test_the_example(self):
        said = cell("exemple")
        weights = special.softmax([math.log(3), 0, math.log(2)])
        assert np.allclose(weights, [1 / 2, 1 / 6, 1 / 3])
        assert "| poids | $1/2$ | $1/6$ | $1/3$ |" in said
        assert "| score | $\\ln 3$ | $0$ | $\\ln 2$ |" in said
        pairs = list(zip(weights, [6, 0, 3], strict=True))
        assert {round(sum(w * v for w, v in order), 12) for order in permutations(pairs)} == {4}
        assert "=4$" in cell("exemple-texte")


class TestSinusoids:
    def test_the_example(self):
        stated = re.search(r"PE}_1=\(([^)]*)\)", cell("sinus-texte"))[1]
        found = [float(n.replace(",", ".")) for n in stated.split(" ; ")]
        assert np.allclose(found, encoding(1, 4, 100), atol=5e-4)
        assert "100^{-2/4}=0,1" in cell("sinus-texte")

    def test_how_long_a_turn_takes(self):
        assert fr(2 * math.pi, 1) in cell("sinus-texte")
        assert fr(2 * math.pi * 10_000 ** (62 / 64), 0) in cell("sinus-texte")

    def test_a_step_is_a_matrix_and_products_depend_on_the_gap(self):
        omega = 10_000 ** (-np.arange(32) / 32)
        for p, k in ((0, 1), (13, -7), (40, 59)):
            blocks = [[[math.cos(b), math.sin(b)], [-math.sin(b), math.cos(b)]] for b in k * omega]
            assert np.allclose(block_diag(*blocks) @ encoding(p, 64), encoding(p + k, 64))
            assert encoding(p, 64) @ encoding(p + k, 64) == pytest.approx(np.cos(k * omega).sum())

    def test_a_head_finds_the_word_before(self):
        PE = np.stack([encoding(p, 64) for p in range(100)])
        omega = 10_000 ** (-np.arange(32) / 32)
        back = block_diag(*[[[math.cos(b), -math.sin(b)], [math.sin(b), math.cos(b)]] for b in omega])
        assert ((PE @ back.T @ PE.T).argmax(axis=1)[1:] == np.arange(99)).all()

    def test_the_figure(self):
        said = cell("figure-positions-legende")
        names, (alt,) = run("figure-positions")
        table = np.stack([encoding(p, 64) for p in range(100)])
        assert np.allclose(names["PE"], table)
        assert f"{fr(table[0] @ table[10], 1)} à l’écart 10, {fr(table[0] @ table[50], 1)} à l’écart 50" in said
        assert "d/2=32" in said
        assert "32 sur la principale" in alt
        fast = np.stack([encoding(p, 64, 10) for p in range(100)])
        assert (fast[0] @ fast[20:].T).max() > 1.8 * np.median(np.abs(fast[0] @ fast[20:].T))  # it comes back


class TestRotations:
    def test_the_example(self):
        said = cell("rope-texte")
        theta, one = math.radians(30), np.array([1.0, 0])
        q, k = turn(5 * theta) @ one, turn(3 * theta) @ one
        assert f"(\\cos150°,\\sin150°)=(-{fr(-q[0], 3)} ; {fr(q[1], 1)})" in said
        assert np.allclose(k, [0, 1])
        assert q @ k == pytest.approx(0.5) == math.cos(math.radians(60))
        assert (turn(105 * theta) @ one) @ (turn(103 * theta) @ one) == pytest.approx(0.5)

    def test_only_the_gap_counts(self):
        q, k = np.array([0.3, -2]), np.array([1.7, 0.4])
        for m, n in ((3, 1), (50, 2)):
            assert (turn(m) @ q) @ (turn(n) @ k) == pytest.approx(q @ turn(n - m) @ k)
            assert np.linalg.norm(turn(m) @ q) == pytest.approx(np.linalg.norm(q))

    @pytest.mark.parametrize("shift", ["0", "5", "50"])
    def test_the_figure(self, shift, monkeypatch):
        source = CELLS["figure-rope"].replace("DECALAGE = 5", f"DECALAGE = {shift}")
        assert f"DECALAGE = {shift}" in source
        monkeypatch.setitem(CELLS, "figure-rope", source)
        names, _ = run("figure-rope")
        score = names["q"] @ turn(0.4 * (names["n"] - names["m"])) @ names["k"]
        assert names["score"] == pytest.approx(score)
        assert f"le score {fr(score, 3)}, est inchangé" in cell("figure-rope-legende")
        assert f"\\approx{fr(2 * math.pi / 0.4, 1)}" in cell("figure-rope-legende")


class TestAlibi:
    def test_slopes_and_weights(self):
        slopes = [2 ** (-8 * h / 8) for h in range(1, 9)]
        assert (slopes[0], slopes[1], slopes[-1]) == (1 / 2, 1 / 4, 1 / 256)
        assert "1/2,\\ 1/4,\\ \\dots,\\ 1/256" in CELLS["alibi"]
        a, b, c = special.softmax([0, -0.5, -1])
        assert f"{fr(a, 3)}, {fr(b, 3)} et {fr(c, 3)}" in cell("alibi-texte")

    def test_a_causal_mask_counts(self):
        scores = torch.zeros(1, 4, 8)
        value = torch.eye(4)[:1].T[None]
        out = torch.nn.functional.scaled_dot_product_attention(scores, scores, value, is_causal=True)[0, :, 0]
        assert out.tolist() == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
        assert "(1,\\ 0,5,\\ 0,333,\\ 0,25,\\dots)" in cell("sans")


def test_beyond_the_length_of_training():
    """The curves of figure 3, trained as the notebook trains them."""
    said = cell("figure-longueur-legende")
    texts = {name: text(name) for name in LANGUAGES}
    names, _ = run("modele-longueur", "figure-longueur", TEXTS=texts)
    within = {scheme: float(curve[1:4].mean()) for scheme, curve in names["blocks"].items()}
    beyond = {scheme: float(curve[4:].mean()) for scheme, curve in names["blocks"].items()}
    far = {scheme: float(curve[-4:].mean()) for scheme, curve in names["blocks"].items()}
    assert all(curve[0] > curve[1] for curve in names["blocks"].values())
    assert max(within["RoPE"], within["ALiBi"]) < min(within["aucune"], within["sinusoïdes"], within["table apprise"])
    assert len(names["losses"]["table apprise"]) == names["T"] == 32
    assert within["aucune"] < within["table apprise"]
    assert f"{names['STEPS']} pas" in said
    assert names["blocks"]["sinusoïdes"][4] > within["sinusoïdes"] + 0.02
    assert beyond["sinusoïdes"] - within["sinusoïdes"] > beyond["RoPE"] - within["RoPE"] > 0.03
    assert far["RoPE"] - within["RoPE"] > 0.08
    assert abs(far["ALiBi"] - within["ALiBi"]) < 0.06
    assert far["aucune"] - within["aucune"] < 0.1


def encoder(merges):
    """A word's number of tokens, by the library that language models use: a letter stands for each byte."""
    pairs = [tuple(part.decode("latin-1") for part in pair) for pair in merges]
    names = [*map(chr, range(256)), *(one + other for one, other in pairs)]
    model = BPE(vocab={name: i for i, name in enumerate(names)}, merges=pairs)
    return lambda word: len(model.tokenize(word.encode().decode("latin-1")))


MERGES = [
    tuple(map(bytes.fromhex, line.split()))
    for line in (MODULE / "data" / "handbook" / "merges.txt").read_text(encoding="ascii").splitlines()
]


def words(language, form="NFC"):
    return Counter(re.findall(r" ?[^\W\d_]+| ?\d+| ?[^\w\s]+|\s+|_+", unicodedata.normalize(form, text(language))))


def tokens(language, size=768, form="NFC"):
    count = encoder(MERGES[:size])
    return sum(n * count(word) for word, n in words(language, form).items())


class TestPieces:
    def test_units(self):
        said = cell("jetons")
        phrase = "les droits"
        count = encoder(MERGES)
        assert f"| caractère | petit | {len(phrase)} |" in said
        assert f"| octet | 256 | {len(phrase.encode())} |" in said
        assert f"| **morceau appris** | au choix | {count('les') + count(' droits')} |" in said
        assert f"({len(MERGES)} fusions)" in cell("jetons-texte")
        assert "happy" not in "unhappiness"
        assert "un" + "happi" + "ness" == "unhappiness"

    def test_merges_by_hand(self):
        said = [["b", "o", "n"], ["b", "o", "n", "s"], ["s", "o", "n"], ["s", "o", "n", "s"]]
        seen, merges = [], []
        for _ in range(3):
            counts = Counter(pair for word in said for pair in pairwise(word))
            best = max(counts, key=lambda pair: (counts[pair], pair))
            seen.append(counts)
            merges.append("".join(best))
            for word in said:
                for i in range(len(word) - 1):
                    if tuple(word[i : i + 2]) == best:
                        word[i : i + 2] = ["".join(best)]
        assert merges == ["on", "son", "bon"]
        assert "(`on`, `son`, `bon`)" in cell("bpe-texte")
        assert seen[0] == {("o", "n"): 4, ("b", "o"): 2, ("s", "o"): 2, ("n", "s"): 2}
        assert seen[1] == {("b", "on"): 2, ("s", "on"): 2, ("on", "s"): 2}
        assert seen[2] == {("b", "on"): 2, ("on", "s"): 1, ("son", "s"): 1}
        for n, counts in enumerate(seen[:2], 1):
            (row,) = re.findall(rf"^\| {n} \|(.*?)\|", cell("bpe"), re.MULTILINE)
            stated = {tuple(p.split()): int(c) for p, c in re.findall(r"`(.+?)` \*{0,2}(\d)", row)}
            assert stated == counts

    def test_wordpiece(self):
        rows = re.findall(
            r"^\| `(.+?)` \| ([\d ]+) \| ([\d ]+) \| ([\d ]+) \| \**([\d,]+)\** \|", cell("wordpiece"), re.M
        )
        ratios = {}
        for pair, ab, a, b, ratio in rows:
            ab, a, b = (int(n.replace(" ", "")) for n in (ab, a, b))
            ratios[pair] = ab / (a * b)
            assert float(ratio.replace(",", ".")) == ratios[pair]
        assert ratios["q u"] == pytest.approx(10 * ratios["e s"])
        assert rows[0][1] == "300"
        assert rows[1][1] == "50"


class TestTax:
    def test_bytes_of_a_letter(self):
        header, _, nfc, nfd = [line.split("|")[2:-1] for line in cell("taxe").splitlines() if line.startswith("|")]
        for form, row in (("NFC", nfc), ("NFD", nfd)):
            for letter, stated in zip(header, row, strict=True):
                letter = unicodedata.normalize("NFC", letter.strip())
                assert len(unicodedata.normalize(form, letter).encode()) == int(stated)
        assert "ɔ̃" in header[-1]

    def test_a_child_and_rights(self):
        count = encoder(MERGES)
        assert count(" ɖevi") == 5
        assert len("ɖevi") == 4
        assert "**5 jetons** pour 4 lettres" in cell("taxe")
        assert count(" droits") == 2
        assert "`droits` en demande 2" in cell("taxe-texte")
        assert not any("ɖ".encode() in a + b or "ɛ".encode() in a + b for a, b in MERGES)

    def test_three_languages(self):
        said = cell("figure-fertilite-legende")
        per_word = {
            name: (tokens(name, 0) / len(text(name).split()), tokens(name) / len(text(name).split()))
            for name in LANGUAGES
        }
        assert f"de {fr(per_word['fra'][0])} à {fr(per_word['fra'][1])} jetons par mot" in said
        assert f"l’éwé s’arrête à {fr(per_word['ewe'][1])}, le kabiyè à {fr(per_word['kbp'][1])}" in said
        assert tokens("kbp") > 0.85 * len(text("kbp").encode())
        ewe, kbp = (fr(tokens(name) / tokens("fra")) for name in ("ewe", "kbp"))
        assert f"l’éwé coûte {ewe} fois le français, le kabiyè {kbp} fois" in said
        assert len({len(text(name).split("\n")) for name in LANGUAGES}) == 1  # the same paragraphs

    def test_the_other_form(self):
        dearer = {name: tokens(name, form="NFD") / tokens(name) for name in LANGUAGES}
        assert f"{fr(100 * (dearer['fra'] - 1), 0)} % de jetons en plus" in cell("figure-fertilite-legende")
        assert max(dearer["ewe"], dearer["kbp"]) < 1.01

    def test_the_figure_counts_as_the_library_does(self):
        texts = {name: text(name) for name in LANGUAGES}
        modules = {"cache": cache, "unicodedata": unicodedata, "re": re, "Path": lambda p: MODULE / p}
        found, _ = run("figure-fertilite", TEXTS=texts, LANGUAGES=LANGUAGES, print=lambda *_: None, **modules)
        for name in LANGUAGES:
            assert found["totals"][name][0] == len(text(name).encode())
            assert found["totals"][name][-1] == tokens(name)


def test_two_neighbours():
    """Figure 5: the bits of its caption, by arrays of counts instead of dictionaries."""
    said = cell("figure-cotes-legende")
    for name, language in LANGUAGES.items():
        lines = [line for line in text(name).split("\n") if line]
        letters = sorted(set("".join(lines)))
        ids = [np.array([letters.index(c) for c in line]) for line in lines]
        bits = []
        for context in ((-1, 1), (-2, -1)):
            counts = np.full((len(letters),) * 3, 0.1)
            for line in (x for i, x in enumerate(ids) if i % 10 != 9):
                t = np.arange(2, len(line) - 2)
                np.add.at(counts, (line[t + context[0]], line[t + context[1]], line[t]), 1)
            P = counts / counts.sum(axis=-1, keepdims=True)
            seen = []
            for line in ids[9::10]:
                t = np.arange(2, len(line) - 2)
                seen.append(P[line[t + context[0]], line[t + context[1]], line[t]])
            bits.append(-np.log2(np.concatenate(seen)).mean())
        assert re.search(rf"{fr(bits[0])}(?: bits)? contre {fr(bits[1])} en {language}", said)


class TestQuestions:
    def test_a_position(self):
        for values in draws("m5_q1"):
            p = values["p"]
            assert np.allclose(right("m5_q1", values), encoding(p, 4))
            sines_first, twice, own, cosine_first = wrong("m5_q1", values)
            assert np.allclose(sines_first, encoding(p, 4)[[0, 2, 1, 3]])
            angles = p * 10_000.0 ** (-4 * np.arange(2) / 4)
            assert np.allclose(twice, np.stack([np.sin(angles), np.cos(angles)], 1).ravel())
            columns = p * 10_000.0 ** (-np.arange(4) / 4)
            assert np.allclose(
                own, [math.sin(columns[0]), math.cos(columns[1]), math.sin(columns[2]), math.cos(columns[3])]
            )
            assert np.allclose(cosine_first, encoding(p, 4)[[1, 0, 3, 2]])
        assert np.round(right("m5_q1", {"p": 1}), 3).tolist() == [0.841, 0.540, 0.010, 1.0]
        assert judge(QUESTIONS["m5_q1"], [0.841, 0.540, 0.010, 1.0]).right

    def test_two_hands(self):
        one = np.array([1.0, 0])
        for values in draws("m5_q2"):
            m, n = values["m"], values["n"]
            q, k = turn(m) @ one, turn(n) @ one
            assert right("m5_q2", values) == pytest.approx(q @ k)
            added, still, first, area = wrong("m5_q2", values)
            assert added == pytest.approx(q @ (turn(-n) @ one))
            assert still == one @ one
            assert first == pytest.approx(q[0] * k[0])
            assert area == pytest.approx(np.cross([*k, 0], [*q, 0])[2])
        assert right("m5_q2", {"m": 3, "n": 1}) == pytest.approx(-0.416, abs=5e-4)
        assert wrong("m5_q2", {"m": 3, "n": 1})[0] == pytest.approx(-0.654, abs=5e-4)

    def test_a_tie(self):
        counts = Counter(pair for word in ("low", "lower", "newest", "widest") for pair in pairwise(word))
        first = {pair for pair, n in counts.items() if n == max(counts.values())}
        assert first == {("l", "o"), ("o", "w"), ("w", "e"), ("e", "s"), ("s", "t")}
        assert right("m5_q3", {}) == len(first)
        assert max(first) == ("w", "e")
        assert judge(QUESTIONS["m5_q3"], 5.0).right
        two = Counter(pair for word in ("low", "lower") for pair in pairwise(word))
        assert wrong("m5_q3", {})[1] == sum(n == 2 for n in two.values())
        assert wrong("m5_q3", {})[2] == len(first) - 1

    def test_choices(self):
        assert [c.letter for c in QUESTIONS["m5_q4"].choices if c.right] == ["d"]
        assert [c.letter for c in QUESTIONS["m5_q5"].choices if c.right] == ["b"]

    def test_turning_before_the_projection_is_not_relative(self):
        """What the reason of a wrong choice says: with W between the rotations, absolute places stay."""
        W = np.array([[1.0, 2], [0.5, -1]])
        x, y = np.array([1.0, 0.3]), np.array([0.2, 1])
        before = [(W @ turn(m) @ x) @ (W @ turn(m - 2) @ y) for m in (2, 5)]
        after = [(turn(m) @ W @ x) @ (turn(m - 2) @ W @ y) for m in (2, 5)]
        assert abs(before[0] - before[1]) > 0.1
        assert after[0] == pytest.approx(after[1])


@pytest.mark.parametrize("path", sorted((MODULE / "data").glob("*/*.txt")), ids=lambda p: p.name)
def test_data_are_those_of_the_course(path):
    assert path.read_bytes() == (ROOT / "data" / path.parent.name / path.name).read_bytes()
