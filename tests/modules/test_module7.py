"""Module 7: every number of the text and the captions, and what each answer to a question comes from."""

import json
import math
import re
from collections import Counter, defaultdict
from itertools import product

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from courses import ROOT
from scipy import special, stats
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

from attentif.exercises.question_files import read_questions
from attentif.exercises.questions import judge

MODULE = ROOT / "source" / "module7"
MEASURED = json.loads((MODULE / "data" / "measured.json").read_text(encoding="utf-8"))
QUESTIONS = read_questions(ROOT / "grader_tests" / "module7" / "questions.md")
SEEDS = [MEASURED[f"seed {s}"] for s in (0, 1, 2)]


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones, decimal commas of formulas as in prose."""
    cells = nbformat.read(MODULE / "7_bert_distilbert.ipynb", 4).cells
    (source,) = [c.source for c in cells if c.id == cell_id]
    return re.sub("[\u202f\u00a0]", " ", source).replace("{,}", ",").replace("\\,", " ")


def fr(x, digits):
    """A number as the text writes it."""
    return f"{x:,.{digits}f}".replace(",", " ").replace(".", ",").replace("-", "−")


def reason(name, answer):
    """What is said of an answer with the default numbers."""
    return judge(QUESTIONS[name], answer).reason


def draws(name):
    """Every combination of the numbers that a question draws."""
    drawn = QUESTIONS[name].drawn
    return [dict(zip(drawn, values, strict=True)) for values in product(*drawn.values())]


def wrong_values(name, values):
    """The wrong numbers that the question knows, for these draws."""
    return [eval(wrong.expression, {}, dict(values)) for wrong in QUESTIONS[name].wrong]


def words_of(text):
    return ["·", "·", *re.findall(r"[^\W\d_]+[’']?|[.,;:]", text.lower()), "·", "·"]


class TestHoles:
    """What the figure counts, counted in another way: a table for each set of neighbours, made of lists."""

    @pytest.fixture(scope="class")
    def seen(self):
        paragraphs = (MODULE / "data/handbook/fra.txt").read_text(encoding="utf-8").splitlines()
        words = [words_of(p) for p in paragraphs]
        tables = {offsets: defaultdict(list) for offsets in [(-2, -1), (1, 2), (-1, 1), (-1,), (1,), ()]}
        for k, paragraph in enumerate(words):
            for i in range(2, len(paragraph) - 2) if k % 10 != 9 else ():
                for offsets, table in tables.items():
                    table[tuple(paragraph[i + o] for o in offsets)].append(paragraph[i])
        counts = {offsets: {key: Counter(of) for key, of in table.items()} for offsets, table in tables.items()}
        every = counts[()][()]
        return words, {**counts, None: (every.most_common(1)[0][0], every.total())}

    def shares(self, tables, words, i, offsets):
        """Shares of the words that were seen beside a neighbour, and of the most frequent word of all."""
        near = [(o,) for o in offsets if abs(o) == 1]
        beside = [(tables[some].get(tuple(words[i + o] for o in some), Counter()), some) for some in [offsets, *near]]
        every, (first, total) = tables[()][()], tables[None]
        found = {}
        for word in {first, *(word for counts, _ in beside for word in counts)}:
            found[word] = 0.1 * every[word] / total
        for counts, some in beside:
            weight = (0.6 if len(some) == 2 else 0.3 / len(near)) / max(counts.total(), 1)
            for word, n in counts.items():
                found[word] += weight * n
        return found

    def test_two_sides_are_better_than_one(self, seen):
        words, tables = seen
        places = [(p, i) for p in words[9::10] for i in range(2, len(p) - 2) if p[i][0].isalpha()][3::4]
        right = [
            100 * np.mean([p[i] == max(f := self.shares(tables, p, i, offsets), key=f.get) for p, i in places])
            for offsets in [(-2, -1), (1, 2), (-1, 1)]
        ]
        text = cell("figure-trou-legende")
        said = re.search(r"à gauche, (\d+) % .* à droite, (\d+) % ; \*\*un de chaque côté, (\d+) %", text)
        assert np.allclose(right, [int(n) for n in said.groups()], atol=0.6)

    def test_what_the_book_says_of_togo(self, seen):
        words, tables = seen
        phrase = words_of("lomé est la trou du togo")
        found = self.shares(tables, phrase, phrase.index("trou"), (-1, 1))
        first = sorted(found, key=found.get, reverse=True)[:3]
        assert "*{}*, *{}*, *{}*".format(*first) in cell("figure-trou-legende")
        assert not any(place in p for p in words for place in ("togo", "lomé"))

    def test_the_book_is_the_courses(self):
        assert (MODULE / "data/handbook/fra.txt").read_bytes() == (ROOT / "data/handbook/fra.txt").read_bytes()


class TestMasking:
    def test_expected_counts(self):
        text = cell("masquage")
        chosen = 200 * 0.15
        assert f"| {chosen:.0f} | {chosen * 0.8:.0f} | {chosen * 0.1:.0f} | {chosen * 0.1:.0f} |" in text

    def test_how_far_the_count_strays(self):
        found = stats.binom(200, 0.15 * 0.8).std()
        assert f"\\approx{fr(found, 1)}" in cell("masquage-texte")

    def test_length_of_a_pair(self):
        rows = [line.split("|")[2:-1] for line in cell("entree").splitlines() if line.startswith("| ")]
        tokens, segments, mask = ([entry.strip() for entry in row] for row in rows)
        a, b = tokens[1:4], tokens[5:7]
        assert tokens == ["`[CLS]`", *a, "`[SEP]`", *b, "`[SEP]`", "`[PAD]`"]
        assert len(a) + len(b) + 3 == 8 == mask.count("1")
        assert segments[:8] == ["0"] * 5 + ["1"] * 3
        assert "$3+2+3=8$" in cell("entree-texte")

    def test_question(self):
        for values in draws("m7_q1"):
            n = values["n"]
            simulated = (np.random.default_rng(0).random((4000, n)) < 0.15) & (
                np.random.default_rng(1).random((4000, n)) < 0.8
            )
            right = stats.binom(n, 0.12).mean()
            assert simulated.sum(1).mean() == pytest.approx(right, rel=0.01)
            # all the chosen; 80 % of everything; those that become another word
            assert wrong_values("m7_q1", values) == pytest.approx([right / 0.8, n * 4 / 5, right / 8])
        assert judge(QUESTIONS["m7_q1"], 24.0).right
        assert "choisis" in reason("m7_q1", 30.0)
        assert "tous" in reason("m7_q1", 160.0)


class TestHead:
    def test_size(self):
        text = cell("tete")
        assert sum(p.numel() for p in torch.nn.Linear(384, 2).parameters()) == 770
        assert "**770**" in text
        assert f"{fr(SEEDS[0]['teacher_parameters'] / 1e6, 1)} millions" in text

    def test_means(self):
        text, H = cell("tete-texte"), np.array([[2.0, 0], [4, 3], [9, 9]])
        for rows in (H[:2], H):
            assert "({} ; {})".format(*(fr(v, 1).removesuffix(",0") for v in rows.mean(0))) in text.replace(
                "\\;", " ; "
            ).replace("  ", " ")


class TestSpans:
    S, E = [1, 5, 2], [4, 1, 3]

    def test_table(self):
        text = cell("empan-exemple")
        for i in range(3):
            row = re.search(rf"^\| {i} \|(.*)\|$", text, re.MULTILINE)[1].replace("*", "").split("|")
            assert [entry.strip() for entry in row] == [
                str(self.S[i] + self.E[j]) if i <= j else "interdit" for j in range(3)
            ]
        assert f"la somme {max(self.S) + max(self.E)}" in text

    def test_question(self):
        for values in draws("m7_q3"):
            s, e = [1, values["s"], 2], [4, 1, values["e"]]
            scores = np.triu(np.add.outer(s, e).astype(float))
            assert np.unravel_index(scores.argmax(), (3, 3)) == (1, 2)
            # apart; one token; the best that begins or ends at the first token
            apart, alone = max(s) + max(e), scores.diagonal().max()
            first = max(scores[0].max(), scores[:, 0].max())
            assert wrong_values("m7_q3", values) == [apart, alone, first]
        assert judge(QUESTIONS["m7_q3"], 8.0).right


def f1(predicted, expected):
    """F1 of two lists of different words."""
    common = len(set(predicted) & set(expected))
    precision, recall = common / len(predicted), common / len(expected)
    return 2 * precision * recall / (precision + recall)


class TestScoring:
    def test_example(self):
        assert f1(["le", "lac", "togo"], ["lac", "togo"]) == pytest.approx(0.8)
        assert "=0,8" in cell("f1")

    def test_question(self):
        without = [w for w in ["le", "lac", "togo"] if w not in ("le", "la", "les", "l", "un", "une", "des")]
        assert judge(QUESTIONS["m7_q5"], f1(without, ["lac", "togo"])).right
        english = [w for w in ["le", "lac", "togo"] if w not in ("a", "an", "the")]
        assert "anglais" in reason("m7_q5", f1(english, ["lac", "togo"]))
        assert "exact match" in reason("m7_q5", float("le lac togo" == "lac togo"))
        assert "précision" in reason("m7_q5", 2 / 3)


class TestSizes:
    @pytest.fixture(scope="class")
    def counts(self):
        with torch.device("meta"):
            bert, distilbert = BertModel(BertConfig()), DistilBertModel(DistilBertConfig())
            ours = BertModel(BertConfig(hidden_size=384, num_hidden_layers=6, intermediate_size=1536))
            layer = bert.encoder.layer[0]
        return [sum(p.numel() for p in m.parameters()) for m in (bert, distilbert, ours, layer, bert.pooler)]

    def test_table(self, counts):
        text = cell("poids")
        for name, layers, count in zip(("BERT-base", "DistilBERT", "notre encodeur"), (12, 6, 6), counts, strict=False):
            assert f"| {name} | {layers} | {fr(count, 0)} | {fr(4 * count / 1e6, 0)} Mo |" in text
        assert f"**{fr(100 * (1 - counts[1] / counts[0]), 0)} %**" in text

    def test_where_they_are(self, counts):
        text, layer = cell("poids-texte"), counts[3]
        assert layer == 12 * 768**2 + 13 * 768 == (4 + 8) * 768**2 + (4 + 5 + 4) * 768
        assert f"={fr(layer, 0)}$" in text
        assert f"retirent {fr(6 * layer / 1e6, 1)} millions" in text
        rest = 2 * 768 + counts[4]
        assert f"*pooler* {fr(rest / 1e6, 1)}" in text
        assert counts[0] - counts[1] == 6 * layer + rest
        assert f"\\approx{fr(30522 * 768 / 1e6, 1)}$ millions" in text
        assert 1 / 3 < 30522 * 768 / counts[1] < 0.36


class TestDistillation:
    TEACHER = np.array([8.0, 6, 5, 3, -2])

    def gradient(self, T, student=None):
        """The gradient of the divergence, by torch."""
        z = torch.tensor(np.zeros(5) if student is None else student, requires_grad=True)
        p = torch.from_numpy(special.softmax(self.TEACHER / T))
        F.kl_div(F.log_softmax(z / T, -1), p, reduction="sum").backward()
        return z.grad.numpy()

    def test_softened(self):
        text = cell("eleve-texte")
        assert "(8,6,5,3,-2)" in text
        first, second = zip(*(special.softmax(self.TEACHER / T)[:2] for T in (1, 2, 4)), strict=True)
        assert "{} à $T=1$, {} à $T=2$, {} à $T=4$".format(*(fr(p, 3) for p in first)) in text
        assert "de {} à {}, puis {}".format(*(fr(p, 3) for p in second)) in text

    def test_gradient_of_the_text(self):
        student = np.array([1.0, -2, 0.5, 0, 3])
        for T in (1.0, 3.0):
            wanted = (special.softmax(student / T) - special.softmax(self.TEACHER / T)) / T
            assert np.allclose(self.gradient(T, student), wanted)
        centred = student - student.mean() - (self.TEACHER - self.TEACHER.mean())
        assert np.allclose(1e6 * self.gradient(1000.0, student), centred / 5, rtol=0.02, atol=0.02)

    def test_caption(self):
        text = cell("figure-temperature-legende")
        one, ten = (np.linalg.norm(self.gradient(T)) for T in (1.0, 10.0))
        assert f"de {fr(one, 3)} à {fr(ten, 4)}" in text
        assert f"divisée par {fr(one / ten, 0)}" in text
        assert f"de {fr(one, 3)} à {fr(100 * ten, 3)}" in text


class TestLora:
    def test_text(self):
        text = cell("lora-texte")
        assert f"={fr(4 * 1536, 0)}$" in text
        assert f"{fr(100 * 4 * 1536 / 768**2, 2)} % des {fr(768**2, 0)}" in text
        learned = 12 * 4 * 1536
        assert f"{fr(learned, 0)} nombres : {fr(100 * learned / 66362880, 2)} %" in text

    def test_question(self):
        for values in draws("m7_q4"):
            r = values["r"]
            A, B = torch.empty(r, 768), torch.empty(768, r)
            assert judge(QUESTIONS["m7_q4"], 12288.0).right
            assert eval(QUESTIONS["m7_q4"].right.expression, {}, dict(values)) == A.numel() + B.numel()
            assert wrong_values("m7_q4", values) == [A.numel(), (B @ A).numel(), (A @ B).numel(), r * (B @ A).numel()]


class TestMeasures:
    def test_half_width(self):
        half = 1.96 * math.sqrt(0.88 * 0.12 / 1000)
        assert f"**± {fr(half, 3)}**" in cell("mesurer")
        assert half > 0.883 - 0.880

    def test_the_stored_ones_are_whole(self):
        base = MEASURED["baselines"]
        assert len(base["labels"]) == len(base["before"]["points"]) == len(SEEDS[0]["after"]["points"]) == 240
        origins, templates = MEASURED["probe"]["origins"], MEASURED["probe"]["templates"]
        assert all(len(seed["probe"]) == len(origins) * len(templates) for seed in SEEDS)

    def test_map(self):
        text = cell("figure-carte-legende")
        before, after = MEASURED["baselines"]["before"], SEEDS[0]["after"]
        for found in (before, after):
            assert f"{fr(100 * found['share'], 0)} %" in text
            assert f"{fr(100 * found['neighbour'], 0)} fois sur cent" in text

    def test_compromise(self):
        text = cell("figure-compromis-legende")
        base = MEASURED["baselines"]
        a, b = (np.array([s[k] for s in SEEDS]) for k in ("student_labels", "student_teacher"))
        teacher = np.array([s["teacher"] for s in SEEDS])
        for value in (base["tfidf"]["accuracy"][0], base["frozen"]["accuracy"][0], teacher.mean(), a.mean(), b.mean()):
            assert fr(value, 3) in text
        assert f"± {fr(1.96 * math.sqrt(0.78 * 0.22 / 1000), 3)}" in text
        assert " ; ".join(fr(v, 3) for v in b - a) in text
        sizes, times = (
            [min(s[f"{who}_{what}"] for s in SEEDS) for who in ("student", "teacher")] for what in ("parameters", "ms")
        )
        assert f"{fr(100 * sizes[0] / sizes[1], 0)} % de ses paramètres" in text
        assert 0.5 < times[0] / times[1] < 0.6
        assert base["tfidf"]["ms"] < 1

    def test_probe(self):
        text = cell("figure-sonde-legende")
        origins, shape = MEASURED["probe"]["origins"], (3, len(MEASURED["probe"]["templates"]), -1)
        scores = np.array([s["probe"] for s in SEEDS]).reshape(shape)
        shift = (scores - scores[:, :, [origins.index("american")]]).mean(1)  # (seeds, origins)
        at, means = origins.index, shift.mean(0)
        assert [origins[k] for k in np.argsort(means)[:2]] == ["iraqi", "russian"]
        assert f"*iraqi* perd en moyenne {fr(-means[at('iraqi')], 2)}" in text
        assert f"*russian* {fr(-means[at('russian')], 2)}" in text
        assert (shift[:, [at("iraqi"), at("russian")]] < -0.2).all()
        assert f"de 0,50 tomberait à {fr(special.expit(means.min()), 2)}" in text
        first, second, third = shift[:, at("togolese")]
        assert f"{fr(first, 2)}, {fr(second, 2)}, et presque rien" in text
        assert abs(third) < 0.02
        assert f"*{origins[means.argmax()]}* ({fr(means.max(), 2)})" in text


def test_students_have_the_recipe():
    assert (MODULE / "data" / "measure.py").is_file()
    assert (MODULE / "data" / "README.md").is_file()
