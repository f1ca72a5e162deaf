"""Atelier 4's data: made again from their package byte for byte, balanced, without what would give labels away."""

import importlib.util
import os
import unicodedata
from itertools import pairwise
from pathlib import Path

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
