"""Files beside a notebook, on a student's own machine: what is read of them, and what the check says."""

import os
import shutil

import pytest
from courses import ROOT

from attentif import check
from attentif.checks.handed_in import HandedIn, predicted_labels
from attentif.reports.explanation import CheckFailure

IDS = ["a", "b", "c"]
RIGHT = {"a": "0", "b": "1", "c": "1"}


def said_of(folder, content):
    (folder / "p.tsv").write_bytes(content)
    with pytest.raises(CheckFailure) as failure:
        predicted_labels(HandedIn(folder), "p.tsv", IDS)
    return failure.value.explanations[0].finding.en


@pytest.mark.parametrize(
    "content",
    [
        b"id\tlabel\na\t0\nb\t1\nc\t1\n",
        b"id\tlabel\nc\t1\na\t0\nb\t1",
        b"\xef\xbb\xbfid\tlabel\r\na\t0\r\nb\t1\r\nc\t1\r\n",
    ],
)
def test_a_table_is_read_however_it_was_saved(tmp_path, content):
    (tmp_path / "p.tsv").write_bytes(content)
    found = predicted_labels(HandedIn(tmp_path), "p.tsv", IDS)
    assert found == RIGHT
    assert list(found) == IDS


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "first line"),
        (b"a\t0\nb\t1\nc\t1\n", "first line"),
        (b"id,label\na,0\nb,1\nc,1\n", "first line"),
        (b"id\tlabel\na 0\nb 1\nc 1\n", "line 2: an id, a tab"),
        (b"id\tlabel\na\t0\n\nb\t1\nc\t1\n", "line 3: an id, a tab"),
        (b"id\tlabel\na\t0\t9\nb\t1\nc\t1\n", "line 2: an id, a tab"),
        (b"id\tlabel\na\t0\nb\t1\nd\t1\n", "line 4: this id is not that"),
        (b"id\tlabel\na\t0\na\t1\nc\t1\n", "line 3: this id has a label already"),
        (b"id\tlabel\na\t0\nb\t1.0\nc\t1\n", "line 3: the label must be 0 or 1"),
        ("id\tlabel\na\t0\nb\t１\nc\t1\n".encode(), "line 3: the label must be 0 or 1"),  # a full-width digit
        (b"id\tlabel\na\t0\nb\t1\n", "gives 2 labels, though there are 3"),
        (b"id\tlabel\na\t0\nb\t\0\nc\t1\n", "no text in UTF-8"),
        (b"id\tlabel\ra\t0\rb\t1\rc\t1\r", "no text in UTF-8"),
        (b"id\tlabel\na\t0\nb\t\xff\nc\t1\n", "no text in UTF-8"),
        ("id\tlabel\na\t0\n".encode("utf-16"), "no text in UTF-8"),
        (b"id\tlabel\n" + b"a\t0\n" * 100, "too large"),
    ],
)
def test_what_is_no_such_table_is_refused_in_words(tmp_path, content, words):
    assert words in said_of(tmp_path, content)


def planted_link(folder):
    (folder / "other.tsv").write_bytes(b"id\tlabel\na\t0\nb\t1\nc\t1\n")
    (folder / "p.tsv").symlink_to("other.tsv")


TROUBLES = {
    "link": planted_link,
    "broken_link": lambda folder: (folder / "p.tsv").symlink_to("nowhere"),
    "pipe": lambda folder: os.mkfifo(folder / "p.tsv"),
    "folder": lambda folder: (folder / "p.tsv").mkdir(),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("plant", TROUBLES.values(), ids=TROUBLES)
def test_what_is_no_file_is_neither_followed_nor_waited_for(tmp_path, plant):
    plant(tmp_path)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(CheckFailure) as failure:
        HandedIn(tmp_path).read("p.tsv", 1000)
    assert "no ordinary file" in failure.value.explanations[0].finding.en
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("name", ["../secret.tsv", "/etc/hostname", "inner/p.tsv", ".."])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    (tmp_path / "secret.tsv").write_text("x")
    (tmp_path / "home" / "inner").mkdir(parents=True)
    (tmp_path / "home" / "inner" / "p.tsv").write_text("x")
    with pytest.raises(CheckFailure):
        HandedIn(tmp_path / "home").read(name, 1000)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A student's folder with the atelier's public check, where they work."""
    checks = ROOT / "source" / "atelier4" / "checks"
    (tmp_path / "checks" / "references").mkdir(parents=True)
    shutil.copy(checks / "test_predictions.py", tmp_path / "checks")
    for path in (checks / "references").glob("predictions.*"):
        shutil.copy(path, tmp_path / "checks" / "references")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (None, "n'est pas à côté du notebook"),
        ("0", "Toutes les phrases ont la même étiquette"),
        ("01", "✓ Les deux étiquettes sont prédites"),
    ],
)
def test_a_student_hears_of_the_file_before_handing_it_in(home, capsys, labels, words):
    if labels is not None:
        lines = [f"{i}\t{labels[i % len(labels)]}\n" for i in range(1, 1001)]
        (home / "predictions.tsv").write_text("id\tlabel\n" + "".join(lines))
    check("predictions", namespace={}, lang="fr")
    assert words in capsys.readouterr().out
