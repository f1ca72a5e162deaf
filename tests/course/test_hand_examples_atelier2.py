"""Atelier 2: every number that a statement works out by hand, or a caption quotes, computed again."""

import math
import re
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import nbformat
import numpy as np
import pytest
import torch
from courses import ROOT
from tokenizers.models import BPE

from attentif.exercises.course import Course
from attentif.references.oracles import load_exercise

COURSE = Course(ROOT)
DATA = ROOT / "source" / "atelier2" / "data"


def independent(exercise):
    """The independent implementations of an exercise, by name."""
    return load_exercise(COURSE.oracle("atelier2", exercise)).independent


def cell(notebook, cell_id):
    """The source of a cell, no-break spaces as plain ones."""
    cells = nbformat.read(ROOT / "source" / "atelier2" / f"{notebook}.ipynb", 4).cells
    (source,) = [c.source for c in cells if c.id == cell_id]
    return re.sub("[\u202f\u00a0]", " ", source)


def fr(x, digits):
    """A number as the text writes it."""
    return f"{x:,.{digits}f}".replace(",", " ").replace(".", ",")


def encoder(merges):
    """A word's tokens, by the library that language models use: a letter stands for each byte."""
    pairs = [tuple(part.decode("latin-1") for part in pair) for pair in merges]
    names = [*map(chr, range(256)), *(one + other for one, other in pairs)]
    model = BPE(vocab={name: i for i, name in enumerate(names)}, merges=pairs)
    return lambda word: [token.id for token in model.tokenize(word.encode().decode("latin-1"))]


def tokens_of(language, merges):
    """Number of tokens of a Declaration."""
    encode = encoder(merges)
    counts = Counter(words_of(declaration(language)))
    return sum(n * len(encode(word)) for word, n in counts.items())


def declaration(language):
    return (DATA / "udhr" / f"{language}.txt").read_text(encoding="utf-8")


def words_of(text):
    return re.findall(r" ?[^\W\d_]+| ?\d+| ?[^\w\s]+|\s+|_+", text)


@pytest.fixture(scope="module")
def merges():
    lines = (DATA / "handbook" / "merges.txt").read_text(encoding="ascii").splitlines()
    return [tuple(bytes.fromhex(part) for part in line.split()) for line in lines]


class TestJetons:
    def test_sizes_of_characters(self):
        table = cell("01_jetons", "octets")
        letters = re.findall(r"\| (\S)(?: \(\w+\))?(?= )", re.search(r"\| caractère(.*)", table)[1])
        sizes = [int(n) for n in re.findall(r"\d", re.search(r"\| octets(.*)", table)[1])]
        assert letters == list("aéœɖɛ’🙂")
        assert sizes == [len(letter.encode()) for letter in letters]
        assert len(b"naissent") == 8

    def test_merges_of_four_words(self):
        text = cell("01_jetons", "ex-2-1")
        words = ["low", "lower", "newest", "widest"]
        pairs = Counter(pair for word in words for pair in pairwise(word))
        assert {pair for pair, n in pairs.items() if n == 2} == {*map(tuple, ("lo", "ow", "we", "es", "st"))}
        assert set(pairs.values()) == {1, 2}
        merges = independent("bpe")["train_bpe"](dict.fromkeys(words, 1), 4)
        stated = re.findall(r"^\| \$\((\w+),(\w+)\)\$ \| (.*?) \|", text, re.MULTILINE)
        assert [(a.encode(), b.encode()) for a, b, _ in stated] == merges
        encode = independent("bpe")["encode_bpe"]
        for n, (_, _, row) in enumerate(stated, 1):
            cut = ["·".join(token.decode() for token in encode(word, merges[:n])) for word in words]
            assert row.split(" &nbsp; ") == cut
        steps = ["·".join(t.decode() for t in encode("lowest", merges[:n])) for n in range(5)]
        assert all(step in text for step in steps), steps

    def test_the_order_of_merges(self):
        encode = independent("bpe")["encode_bpe"]
        assert encode("abcd", [(b"c", b"d"), (b"b", b"cd"), (b"a", b"b")]) == [b"a", b"bcd"]
        assert "**a·bcd**" in cell("01_jetons", "ex-2-1")

    def test_size_of_the_corpus(self):
        paragraphs = (DATA / "handbook" / "fra.txt").read_text(encoding="utf-8").splitlines()
        training = [p for i, p in enumerate(paragraphs) if i % 10 != 9]
        words = Counter(word for p in training for word in words_of(p))
        text = cell("01_jetons", "ex-2-1")
        assert f"{fr(words.total(), 0)} mots" in text
        assert f"{fr(len(words), 0)} seulement" in text
        assert round(len(training), -2) == 1600
        assert "1 600 paragraphes" in cell("01_jetons", "bpe-a-l-oeuvre")

    def test_what_languages_pay(self, merges):
        caption, retained = cell("01_jetons", "figure-cout-legende"), cell("01_jetons", "a-retenir")
        count = {lang: len(declaration(lang).split()) for lang in ("fra", "ewe", "kbp")}
        total = {lang: tokens_of(lang, merges) for lang in count}
        for lang in count:
            assert fr(len(declaration(lang).encode()) / count[lang], 2) in caption
            assert fr(total[lang] / count[lang], 2) in caption
            assert fr(total[lang], 0) in caption
        for lang in ("ewe", "kbp"):
            assert f"{fr(total[lang] / total['fra'], 2)} fois plus" in caption
        assert f"{fr(total['ewe'] / total['fra'], 2)} fois plus" in retained
        read = [round(128 * count[lang] / total[lang]) for lang in count]
        assert "environ {} mots de français, {} d’éwé et {} de kabiyè".format(*read) in caption
        assert tokens_of("fra", merges[:10]) / count["fra"] < tokens_of("ewe", merges[:10]) / count["ewe"]

    def test_a_window_of_five_tokens(self):
        text, T = [12, 7, 7, 3, 9], 3
        table = cell("01_jetons", "ex-2-2")
        for s in range(len(text) - T):
            x, y = text[s : s + T], text[s + 1 : s + T + 1]
            assert f"| {s} | {', '.join(map(str, x))} | {', '.join(map(str, y))} |" in table
        assert f"| {len(text) - T} |" not in table

    def test_a_table_of_three_tokens(self):
        ids, V, alpha = [0, 1, 0, 1, 2, 0, 1], 3, 1
        counts = Counter(pairwise(ids))
        text = cell("01_jetons", "ex-2-3")
        row = [[counts[i, j] for j in range(V)] for i in range(V)]
        assert r"\\".join("&".join(map(str, r)) for r in row) in text
        stated = re.search(r"P=\\begin\{pmatrix\}(.*?)\\end", text)[1]
        stated = [[Fraction(x) for x in line.split("&")] for line in stated.split(r"\\")]
        assert stated == [[Fraction(row[i][j] + alpha, sum(row[i]) + alpha * V) for j in range(V)] for i in range(V)]
        P = independent("bigram_model")["bigram_probabilities"](torch.tensor(ids), V, alpha)
        assert np.allclose(P, np.array(stated, dtype=float))

    def test_a_perplexity(self):
        steps = [1 / 2, 1 / 2, 1 / 4]
        text = cell("01_jetons", "ex-2-3")
        assert math.prod(steps) == 1 / 16
        assert f"16^{{1/3}}\\approx{fr(16 ** (1 / 3), 2).replace(',', '{,}')}" in text
        assert sum(1 / p for p in steps) / 3 == pytest.approx(8 / 3)
        assert f"\\tfrac83\\approx{fr(8 / 3, 2).replace(',', '{,}')}" in text

    def test_the_opponents_perplexity(self, merges):
        paragraphs = (DATA / "handbook" / "fra.txt").read_text(encoding="utf-8").splitlines()
        encode = encoder(merges)
        train, valid = [], []
        for i, paragraph in enumerate(paragraphs):
            for word in words_of(f"{paragraph}\n"):
                (valid if i % 10 == 9 else train).extend(encode(word))
        counts = np.zeros((1024, 1024))
        np.add.at(counts, (train[:-1], train[1:]), 1)
        caption = cell("01_jetons", "figure-bigramme-legende")

        def perplexity(alpha, ids):
            P = (counts + alpha) / (counts.sum(axis=1, keepdims=True) + 1024 * alpha)
            return float(np.exp(-np.log(P[ids[:-1], ids[1:]]).mean()))

        assert f"une perplexité de {fr(perplexity(10**-1.5, valid), 1)}" in caption
        assert f"**Le nombre à battre au notebook 3 est {fr(perplexity(10**-1.5, valid), 1)}.**" in caption
        frequency = (np.bincount(train, minlength=1024) + 1) / (len(train) + 1024)
        assert f"aurait {fr(np.exp(-np.log(frequency[valid[1:]]).mean()), 0)}" in caption
        ends = [perplexity(1e-4, valid), perplexity(1, valid), perplexity(1, train), perplexity(1e-4, train)]
        assert "de {} à 53 vers α = 0,03, puis remonte jusqu’à {}".format(*map(round, ends[:2])) in caption
        assert f"de {round(ends[3], -1):.0f} environ à {round(ends[2])}" in caption

    def test_a_table_that_is_looked_up(self):
        text = cell("01_jetons", "ex-2-4")

        def matrix(name):
            rows = re.search(rf"[ $]{name}=\\begin\{{pmatrix\}}(.*?)\\end", text)[1].split(r"\\")
            return torch.tensor([[float(x) for x in row.split("&")] for row in rows])

        ids = torch.tensor([[1, 3, 1]])
        assert torch.equal(independent("embedding")["embed"](ids, matrix("E"))[0], matrix("Y"))
        backward = independent("embedding")["embed_backward"]
        assert torch.equal(backward(ids, matrix("dY")[None], 4), matrix("dE"))
        assert backward(ids, matrix("dY")[None], 4, 3)[3].tolist() == [0, 0]
