"""Notebooks are set as French is: one kind of apostrophe, narrow no-break spaces."""

import nbformat
import pytest
from course.typography import misprints
from courses import ROOT

NOTEBOOKS = sorted(ROOT.glob("source/*/*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_prose_is_set_as_french_is(path):
    found = [
        f"{cell.id}: {rule}: {text!r}"
        for cell in nbformat.read(path, 4).cells
        if cell.cell_type == "markdown"
        for rule, text in misprints(cell.source)
    ]
    assert not found, "\n".join(found[:40])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("L’idée\u202f: «\u202foui\u202f», n’est-ce pas\u202f? `a ? b : c` $x ; y$", 0),
        ("L'idée", 1),
        ("oui ; non", 1),
        ("oui\u00a0! non", 1),
        ("«oui\u202f»", 1),
        ("oui: non", 1),
        ("[lien](https://a.org/?x=1)", 0),
    ],
)
def test_misprints_are_seen_in_prose_only(text, count):
    assert len(list(misprints(text))) == count
