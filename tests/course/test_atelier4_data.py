"""Atelier 4's data: made again from their package byte for byte, balanced, without what would give labels away."""

import importlib.util
import json
import os
import re
import unicodedata
from collections import Counter
from itertools import groupby, pairwise
from pathlib import Path
from statistics import mean, stdev

import pytest
from courses import ROOT

REVIEWS = ROOT / "data" / "reviews"
LABELS = ROOT / "grader_tests" / "atelier4" / "reviews" / "test_labels.tsv"
PACKAGES = Path(os.environ.get("ATTENTIF_PACKAGES", ROOT / "packages"))  # where packages were downloaded to


def table(path):
    """The rows of a file of columns separated by tabs, each a dict."""
    titles, *rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [dict(zip(titles, row, strict=True)) for row in rows]


def parts():
    """Name of each part → (texts, labels)."""
    found = {name: table(REVIEWS / f"{name}.tsv") for name in ("train", "validation", "test")}
    hidden = {row["id"]: row["label"] for row in table(LABELS)}
    labels = {name: [row.get("label") or hidden[row["id"]] for row in rows] for name, rows in found.items()}
    return {name: ([row["text"] for row in rows], labels[name]) for name, rows in found.items()}


def test_the_reviews_are_what_their_package_gives():
    package = PACKAGES / "vaderSentiment-3.3.2.tar.gz"
    if not package.is_file():
        pytest.skip(f"{package.name} is not in {PACKAGES} (set ATTENTIF_PACKAGES)")
    spec = importlib.util.spec_from_file_location("extract_reviews", REVIEWS / "extract.py")
    extractor = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(extractor)
    made = {name: text.encode() for name, text in extractor.extract(package).items()}
    assert made == {path.name: path.read_bytes() for path in [*REVIEWS.glob("*.tsv"), LABELS]}


def test_the_parts_are_balanced_and_share_nothing():
    texts = [text.lower() for found, _ in parts().values() for text in found]
    assert len(texts) == len(set(texts)) == 6000
    for _, labels in parts().values():
        assert labels.count("1") == labels.count("0")
        assert set(labels) == {"0", "1"}


def test_where_a_review_stands_does_not_tell_its_label():
    """No run of one label that chance would not give (under 1 in 10,000), nowhere in what is measured."""
    for name in ("validation", "test"):
        _, labels = parts()[name]
        assert max(len(list(run)) for _, run in groupby(labels)) < 24
        tenths = [labels[i : i + 100].count("1") for i in range(0, 1000, 100)]
        assert all(30 <= count <= 70 for count in tenths)


def test_the_reviews_are_clean():
    for path in REVIEWS.glob("*.tsv"):
        text = path.read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", text)
        assert "\r" not in text
        assert [row["id"] for row in table(path)] == [str(i) for i in range(1, len(text.splitlines()))]
        assert all(row["text"] == " ".join(row["text"].split()) for row in table(path))


def test_the_test_s_labels_are_not_among_the_data():
    assert set(table(REVIEWS / "test.tsv")[0]) == {"id", "text"}
    assert not list(ROOT.glob("source/**/test_labels.tsv"))


@pytest.mark.parametrize("name", ["train", "validation", "test"])
def test_order_does_not_tell_the_label(name):
    """Runs of equal labels are as many as chance makes: within 5 standard deviations, fewer than 1 in 10⁶ by chance."""
    labels = parts()[name][1]
    n = len(labels)
    runs = 1 + sum(one != other for one, other in pairwise(labels))
    assert abs(runs - (n / 2 + 1)) < 5 * (n / 4) ** 0.5


def sentences():
    return table(ROOT / "data" / "french_reviews" / "sentences.tsv")


def test_the_french_sentences_are_balanced_within_each_kind():
    """No kind, and no length, tells the label."""
    kinds = Counter((row["kind"], row["label"]) for row in sentences())
    sizes = {"simple": 35, "négation": 18, "concession": 17, "ironie": 12, "ouest-africain": 18}
    assert kinds == {(kind, label): size for kind, size in sizes.items() for label in ("0", "1")}
    lengths = {label: [len(row["text"]) for row in sentences() if row["label"] == label] for label in ("0", "1")}
    assert abs(mean(lengths["0"]) - mean(lengths["1"])) < 4 * stdev(lengths["0"] + lengths["1"]) * (2 / 100) ** 0.5


def test_no_word_of_the_french_sentences_tells_the_label_alone():
    """The most telling word stands in few sentences: a model that knows one word knows little."""
    words = {label: Counter() for label in ("0", "1")}
    for row in sentences():
        words[row["label"]].update(set(re.findall(r"\w+", row["text"].lower())))
    assert max(abs(words["1"][word] - words["0"][word]) for word in words["0"] | words["1"]) <= 20


def test_the_french_sentences_are_french_and_clean():
    rows = sentences()
    assert [row["id"] for row in rows] == [str(i) for i in range(1, 201)]
    assert len({row["text"] for row in rows}) == 200
    for row in rows:
        assert unicodedata.is_normalized("NFC", row["text"])
        assert "'" not in row["text"]
        assert row["text"] == " ".join(row["text"].split())
        assert row["text"][-1] in ".!?"
        assert 20 <= len(row["text"]) <= 120
    words = Counter(word for row in rows for word in re.findall(r"\w+", row["text"].lower()))
    assert (
        sum(words[word] for word in ("le", "la", "les", "de", "et", "un", "une", "pas", "est")) > 0.15 * words.total()
    )
    assert sum(not row["text"].isascii() for row in rows) > 150  # accents: what an English encoder loses


def test_a_data_sheet_says_how_well_an_accuracy_is_known():
    text = (ROOT / "data" / "french_reviews" / "FICHE.md").read_text(encoding="utf-8")
    for n, stated in ((200, "± 0,06"), (24, "± 0,17")):
        assert f"± {1.96 * (0.75 * 0.25 / n) ** 0.5:.2f}".replace(".", ",") == stated
        assert stated in text


QUESTIONS = json.loads((ROOT / "data" / "french_qa" / "questions.json").read_text(encoding="utf-8"))
PARAGRAPHS = [
    (document["title"], p["context"], p["qas"]) for document in QUESTIONS["data"] for p in document["paragraphs"]
]
CASES = [(context, question) for _, context, questions in PARAGRAPHS for question in questions]


@pytest.mark.parametrize(("context", "question"), CASES, ids=[question["id"] for _, question in CASES])
def test_answers_are_where_they_are_said_to_be(context, question):
    assert question["is_impossible"] == (not question["answers"])
    assert question["question"].endswith(" ?")
    preferred = question["answers"][:1]
    for answer in question["answers"]:
        start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
        assert context[start:end] == answer["text"] == answer["text"].strip() != ""
        for place in (start, end):  # whole words: a span of tokens can give it
            assert not context[place - 1 : place + 1].isalnum() or place in (0, len(context))
        first = preferred[0]
        assert start < first["answer_start"] + len(first["text"])
        assert first["answer_start"] < end  # another way to cut the same answer, not another answer


def test_questions_are_120_and_a_quarter_has_no_answer():
    questions = [question for _, question in CASES]
    assert [question["id"] for question in questions] == [f"fr-{i:03d}" for i in range(1, 121)]
    assert len({(context, question["question"]) for context, question in CASES}) == 120
    assert sum(question["is_impossible"] for question in questions) == 33


def test_the_sheet_of_the_questions_counts_right():
    text = (ROOT / "data" / "french_qa" / "FICHE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \*(.+?)\* .*\| (\d+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    counted = []
    for document in QUESTIONS["data"]:
        questions = [question for paragraph in document["paragraphs"] for question in paragraph["qas"]]
        impossible = sum(question["is_impossible"] for question in questions)
        counted.append((document["title"], *map(str, (len(document["paragraphs"]), len(questions), impossible))))
    assert rows == counted


def test_contexts_are_the_texts_of_the_course():
    declaration = (ROOT / "data" / "udhr" / "fra.txt").read_text(encoding="utf-8").strip().split("\n\n")
    articles = {section.partition("\n")[2] for section in declaration}
    for title, context, _ in PARAGRAPHS:
        assert context in articles or title != "Déclaration universelle des droits de l’homme"
    handbook = ROOT / "data" / "handbook" / "fra.txt"
    if not handbook.exists():
        pytest.skip("the handbook is not among the data yet")
    paragraphs = set(handbook.read_text(encoding="utf-8").splitlines())
    assert all(context in paragraphs or context in articles for _, context, _ in PARAGRAPHS)
