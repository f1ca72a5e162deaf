"""Writes train.tsv, validation.tsv and test.tsv, and the test's labels, from the package they come from; no network.

    pip download --no-deps --no-binary :all: vaderSentiment==3.3.2
    python data/reviews/extract.py vaderSentiment-3.3.2.tar.gz [FOLDER [FOLDER OF LABELS]]

A line for each snippet: a number, 1 (positive) or 0 (negative), the text. Left out: snippets whose judges did not lean
clearly to one side, very short ones, and the same text a second time. Each part has as many positive as negative ones.
Where a snippet goes depends on a digest of its text alone, and numbers are given afterwards: the source's own tell the
label. FOLDER is where the parts go (by default, beside this script); the labels of the test go where graders look.
"""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
import unicodedata
from pathlib import Path

INNER = "additional_resources/hutto_ICWSM_2014.tar.gz"
SNIPPETS = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
CLEAR = 0.5  # mean rating, on a scale from -4 to 4
SHORTEST = 4  # words
SIZES = {"test": 1000, "validation": 1000, "train": 4000}
HERE = Path(__file__).parent
LABELS = HERE.parent.parent / "grader_tests" / "atelier4" / "reviews"


def snippets_of(package: Path) -> list[tuple[int, str]]:
    """(label, text) of every snippet that is kept, in the order of the digests of their texts."""
    with tarfile.open(package) as outer:
        inner = next(member for member in outer if member.name.endswith(INNER))
        with tarfile.open(fileobj=io.BytesIO(_read(outer, inner))) as archive:
            lines = _read(archive, archive.getmember(SNIPPETS)).decode("utf-8").splitlines()
    found = {}
    for line in lines:
        _, score, text = line.split("\t")
        text = tidy(text)
        if abs(float(score)) >= CLEAR and len(text.split()) >= SHORTEST:
            found.setdefault(text.lower(), (int(float(score) > 0), text))
    return sorted(found.values(), key=lambda snippet: hashlib.sha256(snippet[1].encode()).digest())


def tidy(text: str) -> str:
    """One line, NFC, every space a plain one; quotation marks, which the source writes as two apostrophes, as one."""
    return " ".join(unicodedata.normalize("NFC", text).replace("''", '"').split())


def parts_of(snippets: list[tuple[int, str]]) -> dict[str, list[tuple[int, str]]]:
    """The snippets of each part, half of them positive."""
    sides = [[snippet for snippet in snippets if snippet[0] == label] for label in (0, 1)]
    parts, taken = {}, 0
    for name, size in SIZES.items():
        chosen = {snippet for side in sides for snippet in side[taken : taken + size // 2]}
        part = [snippet for snippet in snippets if snippet in chosen]
        parts[name] = part if name == "train" else sorted(part, key=another_digest)
        taken += size // 2
    return parts


def another_digest(snippet: tuple[int, str]) -> bytes:
    """An order that has nothing to do with the one by which parts are made: in that one, the ends of a part, where one
    side has run out and the other has not, would tell labels. (Who trains shuffles.)"""
    return hashlib.sha256(b"order " + snippet[1].encode()).digest()


def extract(package: Path) -> dict[str, str]:
    """The content of each file, by its name; ``test_labels.tsv`` is the one that stays hidden."""
    parts = parts_of(snippets_of(package))
    files = {
        f"{name}.tsv": "id\tlabel\ttext\n"
        + "".join(f"{i}\t{label}\t{text}\n" for i, (label, text) in enumerate(part, 1))
        for name, part in parts.items()
        if name != "test"
    }
    numbered = list(enumerate(parts["test"], 1))
    files["test.tsv"] = "id\ttext\n" + "".join(f"{i}\t{text}\n" for i, (_, text) in numbered)
    files["test_labels.tsv"] = "id\tlabel\n" + "".join(f"{i}\t{label}\n" for i, (label, _) in numbered)
    return files


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member)
    assert content is not None
    return content.read()


if __name__ == "__main__":
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE
    labels = Path(sys.argv[3]) if len(sys.argv) > 3 else LABELS
    for name, text in extract(Path(sys.argv[1])).items():
        ((labels if name == "test_labels.tsv" else folder) / name).write_bytes(text.encode("utf-8"))
