"""Atelier 4, questions and answers (4.12–4.14): numbers that statements work out by hand, or captions quote, again; the
reference against a tokenizer's own table of characters."""

import json
import math
import re
import unicodedata
from collections import Counter
from itertools import product

import nbformat
import pytest
import torch
from courses import ROOT
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from attentif.exercises.course import Course
from attentif.references.oracles import load_exercise

COURSE = Course(ROOT)
NOTEBOOK = ROOT / "source" / "atelier4" / "04_questions_reponses.ipynb"
QUESTIONS = ROOT / "source" / "atelier4" / "data" / "french_qa" / "questions.json"


def independent(exercise):
    """The independent implementations of an exercise, by name."""
    return load_exercise(COURSE.oracle("atelier4", exercise)).independent


def reference(exercise):
    return load_exercise(COURSE.oracle("atelier4", exercise)).reference


def cell(cell_id):
    """The source of a cell, no-break spaces as plain ones."""
    (source,) = [c.source for c in nbformat.read(NOTEBOOK, 4).cells if c.id == cell_id]
    return re.sub("[\u202f\u00a0]", " ", source)


def rows(cell_id, first):
    """The cells of the table row that begins with ``first``."""
    (line,) = [line for line in cell(cell_id).splitlines() if line.startswith(f"| {first} |")]
    return [c.strip() for c in line.strip("|").split("|")][1:]


def number(text):
    return float(text.replace("**", "").replace(",", "."))


class TestTokensOfAnAnswer:
    def window(self):
        begins, ends = ([int(x) for x in rows("ex-4-12", f"${name}_k$")] for name in "bf")
        texts = [None if x == "–" else int(x) for x in rows("ex-4-12", "texte")]
        return list(zip(begins, ends, strict=True)), texts

    def test_the_table_is_that_of_the_two_texts(self):
        offsets, texts = self.window()
        for (begin, end), text, piece in zip(offsets, texts, rows("ex-4-12", "jeton"), strict=True):
            if text is not None:
                source = ("Où vit Ama ?", "Ama vit à Lomé depuis 2019.")[text]
                assert source[begin:end] == piece.strip("`").removeprefix("##")
        assert "Ama vit à Lomé depuis 2019."[10:14] == "Lomé"

    def test_the_answer_and_its_trap(self):
        offsets, texts = self.window()
        span = independent("answer_tokens")["char_to_token_span"]
        assert span(offsets, texts, 10, 14) == (9, 10)
        assert "la réponse est $(9, 10)$" in cell("ex-4-12")
        touched = [k for k, (b, f) in enumerate(offsets) if b < 14 and f > 10]
        assert touched == [4, 9, 10]

    def test_windows_of_four(self):
        offsets, texts = self.window()
        label = independent("answer_tokens")["label_windows"]
        windows = [[*offsets[:6], *offsets[6 + i : 10 + i], (0, 0)] for i in (0, 2, 4)]
        found = label(windows, [texts[:6] + [1] * 4 + [None]] * 3, [0] * 3, [(10, 14)])
        assert found == [(0, 0), (7, 8), (0, 0)]
        assert [rows("ex-4-12", str(w))[-1].startswith(f"$({i},{j})$") for w, (i, j) in enumerate(found)] == [True] * 3
        apart = [[*offsets[:6], *offsets[6 + i : 10 + i], (0, 0)] for i in (0, 4)]
        assert label(apart, [texts[:6] + [1] * 4 + [None]] * 2, [0] * 2, [(10, 14)]) == [(0, 0)] * 2

    def test_an_overlap_of_one_less_than_the_answer_is_enough(self):
        for width, answer in ((4, 2), (6, 3), (5, 5)):
            step = width - (answer - 1)
            for start in range(40 - answer):
                windows = range(0, 40, step)
                assert any(w <= start and start + answer <= w + width for w in windows)

    def test_number_of_windows(self):
        windows = 1
        while 300 + (windows - 1) * 200 < 1000:
            windows += 1
        assert windows == 1 + math.ceil(700 / 200) == 5
        assert "soit 5 fenêtres" in cell("point-4-12")


VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz0123456789.,?'’-"]
VOCAB += ["##" + letter for letter in "abcdefghijklmnopqrstuvwxyz"] + [
    "lo",
    "##me",
    "dep",
    "##uis",
    "vit",
    "##et",
    "et",
]


def tokenizer(width, overlap):
    """A tokenizer of BERT's kind, uncased, which drops accents; windows of ``width`` tokens."""
    made = Tokenizer(WordPiece({piece: i for i, piece in enumerate(VOCAB)}, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = BertNormalizer(lowercase=True), BertPreTokenizer()
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made.enable_truncation(width, stride=overlap, strategy="only_second")
    return made


class TestAgainstATokenizer:
    CONTEXT = "Été à Lomé, Ama vit à Kpalimé 🙂 depuis l’été 2019 ; Kofi, lui, est né à Notsé."

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_every_answer_of_every_window(self, form):
        """Each character’s token, as the library says; what no token holds (spaces, accents) is skipped."""
        span, context = reference("answer_tokens")["char_to_token_span"], unicodedata.normalize(form, self.CONTEXT)
        encoding = tokenizer(22, 8).encode("Où vit Ama ?", context)
        windows = [encoding, *encoding.overflowing]
        assert len(windows) > 3
        held = 0
        for window in windows:
            places = {c: window.char_to_token(c, 1) for c in range(len(context))}
            inside = [c for c, k in places.items() if k is not None]
            for start, end in product(range(len(context)), range(1, len(context) + 1)):
                if end <= start or end - start > 20:
                    continue
                tokens = [places[c] for c in range(start, end) if places[c] is not None]
                whole = tokens and inside[0] <= start and end - 1 <= inside[-1]
                wanted = (tokens[0], tokens[-1]) if whole else (0, 0)
                assert span(window.offsets, window.sequence_ids, start, end) == wanted
                held += bool(whole)
        assert held > 500

    def test_accents_of_their_own_are_in_no_token(self):
        encoding = tokenizer(100, 8).encode("Où ?", unicodedata.normalize("NFD", "Lomé depuis"))
        assert encoding.char_to_token(3, 1) is not None
        assert encoding.char_to_token(4, 1) is None


class TestBestSpan:
    def logits(self):
        return [torch.tensor([number(x) for x in rows("ex-4-13", f"${name}_k$")]) for name in "se"]

    def test_the_window_of_eleven(self):
        start, end = self.logits()
        context = torch.tensor([4 <= k <= 9 for k in range(11)])
        assert independent("best_span")["best_span"](start, end, context, 3) == (7, 7, 7.0)
        assert "la réponse est $(7, 7)$, de score $7$" in cell("ex-4-13")
        assert (int(start.argmax()), int(end.argmax())) == (1, 10)
        assert (4 + int(start[4:10].argmax()), 4 + int(end[4:10].argmax())) == (7, 4)
        assert float(start[0] + end[0]) == 2.5

    def test_the_table_of_sums(self):
        start, end = self.logits()
        lines = [line for line in cell("ex-4-13").splitlines() if line.startswith("| **")]
        lines = [line for line in lines if line.split("**")[1] in ("elle", "vit", "à", "Lomé", "depuis", "2019")]
        assert len(lines) == 6
        for i, line in enumerate(lines):
            for j, text in enumerate(c.strip() for c in line.strip("|").split("|")[1:]):
                allowed = 0 <= j - i < 3
                assert bool(text) == allowed
                if allowed:
                    assert number(text) == float(start[4 + i] + end[4 + j])

    def test_three_windows(self):
        table = [(9, 2, (4, 5)), (10, 6, (3, 4)), (2, 12, (5, 6))]
        for w, (score, null, (i, j)) in enumerate(table):
            assert [x.replace("**", "") for x in rows("ex-4-13", str(w))] == [f"$({i},{j})$", str(score), str(null)]
        public = load_exercise(COURSE.oracle("atelier4", "best_span")).public()
        (windows,) = [
            c.call.inputs["windows"] for c in public if c.call.target == "best_answer" and c.name == "worked_example"
        ]
        found = [independent("best_span")["best_span"](*window, 30) for window in windows]
        assert [(s, (i, j)) for i, j, s in found] == [(score, place) for score, _, place in table]
        assert [float(s[0] + e[0]) for s, e, _ in windows] == [null for _, null, _ in table]
        assert independent("best_span")["best_answer"](windows) == (1, 3, 4)
        assert max(null for _, null, _ in table) - 10 > 0

    def test_counts(self):
        for n, limit in ((6, 3), (9, 9), (20, 4)):
            pairs = sum(0 <= j - i < limit for i, j in product(range(n), repeat=2))
            assert pairs == n * limit - limit * (limit - 1) // 2
        assert f"{384**2:,}".replace(",", " ") in cell("ex-4-13")
        assert "quinze cases" in cell("figure-logits-legende")


class TestScores:
    def test_the_assembly(self):
        scores = independent("answer_scores")
        mine, theirs = "à l’Assemblée générale", "l’Assemblée générale des Nations Unies"
        words = [scores["normalize_answer"](text).split() for text in (mine, theirs)]
        assert [" · ".join(w) for w in words] == [rows("ex-4-14", name)[0] for name in ("prédiction", "référence")]
        assert (Counter(words[0]) & Counter(words[1])).total() == 2
        assert scores["f1_score"](mine, [theirs]) == pytest.approx(4 / 7, abs=1e-12)
        assert f"{4 / 7:.3f}".replace(".", "{,}") in cell("ex-4-14")
        assert scores["exact_match"](mine, [theirs]) == 0.0

    def test_repetition_is_not_free(self):
        assert independent("answer_scores")["f1_score"]("loi loi loi", ["loi"]) == 0.5

    @pytest.mark.parametrize(
        ("text", "words"),
        [("l’eau", "eau"), ("aujourd’hui", "aujourd hui"), ("bien-être", "bien être"), ("lune", "lune"), ("&", "")],
    )
    def test_normalized_texts(self, text, words):
        assert independent("answer_scores")["normalize_answer"](text) == words

    def test_short_and_long_predictions(self):
        score = independent("answer_scores")["f1_score"]
        words = [f"mot{i}" for i in range(40)]
        assert score("mot0", [" ".join(words[:4])]) == pytest.approx(0.4)
        assert round(score(" ".join(words), [" ".join(words[:4])]), 2) == 0.18


class TestFrenchQuestions:
    def examples(self):
        """(context, accepted answers) of each question."""
        paragraphs = [
            p for part in json.loads(QUESTIONS.read_text(encoding="utf-8"))["data"] for p in part["paragraphs"]
        ]
        assert len(paragraphs) == 41
        return [(p["context"], [a["text"] for a in q["answers"]]) for p in paragraphs for q in p["qas"]]

    def test_counts(self):
        examples = self.examples()
        assert len(examples) == 120
        assert sum(not answers for _, answers in examples) == 33
        for text in ("120 questions sur 41 contextes", "33 n’ont **pas** de réponse"):
            assert text in cell("questions-francaises")
        assert "les 33 questions sans réponse" in cell("figure-systemes-legende")
        assert "les 87 autres" in cell("figure-systemes-legende")

    def test_one_answer_is_left_empty(self):
        clean = independent("answer_scores")["normalize_answer"]
        assert [a for _, answers in self.examples() for a in answers if not clean(a)] == ["&"]

    def test_silence_and_the_whole_context(self):
        scores = independent("answer_scores")
        some = [(context, answers) for context, answers in self.examples() if answers]
        silence = sum(scores["f1_score"]("", answers) for _, answers in some) / len(some)
        whole = sum(scores["f1_score"](context, answers) for context, answers in some) / len(some)
        everything = sum(scores["exact_match"]("", answers) for _, answers in self.examples()) / 120
        caption, curve = cell("figure-systemes-legende"), cell("figure-seuil-legende")
        assert f"de haut en bas : {silence:.2f}, {whole:.2f}, ".replace(".", ",") in caption
        assert f"à {everything:.2f}.".replace(".", ",", 1) in curve

    def test_accents_at_the_end(self):
        first = [answers[0] for _, answers in self.examples() if answers]
        ends = [text for text in first if unicodedata.combining(unicodedata.normalize("NFD", text)[-1])]
        assert len(first) == 87
        assert len(ends) == 5
        assert "Cinq réponses sur 87" in cell("accents-legende")
        assert "la liberté" in ends

    def test_weights_of_the_head(self):
        assert 384 * 2 + 2 == 770
        assert "770 poids" in cell("figure-systemes-legende")
