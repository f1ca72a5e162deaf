"""Copied answers come first, whatever their names and comments; what everybody writes does not count."""

import json
import re

from courses import attentif, make_course

from attentif.classroom.page import similar_page
from attentif.classroom.similar import alike, marked

GIVEN = "def softmax(z):\n    # À VOUS\n    raise NotImplementedError('à compléter')\n"
COPIED = """def softmax(z):
    biggest = max(z)
    weights = []
    for value in z:
        weights.append(math.exp(value - biggest))
    total = sum(weights)
    answer = []
    for weight in weights:
        answer.append(weight / total)
    return answer
"""
RENAMED = (
    COPIED.replace("biggest", "m")
    .replace("weights", "poids")
    .replace("answer", "r  # à moi\n    r")
    .replace("r  # à moi\n    r.append", "r.append")
    .replace("return r  # à moi\n    r", "return r")
)
OWN = """def softmax(z):
    exponentials = np.exp(np.asarray(z) - np.max(z, axis=-1, keepdims=True))
    if not np.isfinite(exponentials).all():
        raise ValueError("infinite")
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
"""
CLASS = {"cell": {"ama": COPIED, "essi": RENAMED, "yao": OWN}}


def test_a_copy_is_found_though_names_and_comments_differ():
    (pair,) = alike(CLASS, {"cell": GIVEN})
    assert pair.students == ("ama", "essi")
    assert pair.likeness > 0.9
    assert any(same for _, same in marked(pair.sources[0], pair.marks[0]))


def test_what_was_given_is_nobodys():
    answers = {"cell": dict.fromkeys(("ama", "essi"), GIVEN * 4)}
    assert alike(answers, {"cell": GIVEN * 4}) == []
    assert len(alike(answers, {"cell": ""})) == 1


def test_what_many_write_does_not_count():
    everybody = {"cell": {f"s{n}": COPIED for n in range(12)}}
    assert alike(everybody, {"cell": GIVEN}) == []


def test_pieces_make_the_source_again():
    pieces = marked("abcdef", [(1, 3), (2, 4), (5, 99)])
    assert "".join(text for text, _ in pieces) == "abcdef"
    assert pieces == [("a", False), ("bc", True), ("d", True), ("e", False), ("f", True)]


def test_the_page_quotes_the_sources():
    hostile = {"cell": dict.fromkeys(("ama", "essi"), f"{COPIED}\nx = '</pre><script>alert(1)</script>'")}
    page = similar_page("mini", alike(hostile, {"cell": GIVEN}), "fr")
    assert "<script>" not in page
    assert "n’accuse personne" in page
    assert not re.search(r"https?:", page)


def test_the_command_reads_graded_notebooks(tmp_path):
    course = make_course(tmp_path / "course")
    for folder, source in (("release/mini", GIVEN), ("autograded/ama/mini", COPIED), ("autograded/essi/mini", RENAMED)):
        mark = {"nbgrader": {"solution": True, "grade_id": "softmax"}}
        cell = {"cell_type": "code", "metadata": mark, "source": source.splitlines(keepends=True)}
        path = course.root / folder / "n.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    assert "nothing graded of other" in attentif(course, "similar", "other", check=False).stdout
    assert "ressemblances.html: 1 pairs, 1 shown" in attentif(course, "similar", "mini").stdout
