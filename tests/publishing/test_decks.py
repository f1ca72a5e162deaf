"""Decks: pages that open from a stick, from the last row's eyes, in a real browser."""

import re
import shutil

import nbformat
import pytest
from courses import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from publishing import published as reading

from attentif.publishing.browser import browser, measured, write_pdf
from attentif.publishing.deck import write_deck, write_shared
from attentif.publishing.slides import slides

MODULES = sorted((ROOT / "source").glob("module*/*.ipynb"))
# A grey picture of the shape that figures have, in the place of what only an executed notebook draws.
PLACEHOLDER = (
    "iVBORw0KGgoAAAANSUhEUgAAAFAAAAAoCAAAAABMCyLdAAAAJklEQVR42u3MMQEAAAwCIPsnM5YhthMCkD6LUCgUCoVCoVAoFN4M"
    "+8nEiOM2uiwAAAAASUVORK5CYII="
)

chromium = pytest.mark.skipif(browser() is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def deck(published):
    """The sample module's deck, as the site has it."""
    return published.decks / "module1.html"


@pytest.fixture(scope="module")
def shared(published, tmp_path_factory):
    """A folder with what decks share, for decks of a test's own."""
    folder = tmp_path_factory.mktemp("decks")
    write_shared(folder)
    return folder


def laid_out(folder, *cells):
    """The pages of a deck of Markdown cells, each a slide."""
    for cell in cells:
        cell.metadata["slideshow"] = {"slide_type": "slide"}
    write_deck(slides(new_notebook(cells=list(cells)), "module"), "Titre", "", folder / "deck.html")
    return measured(folder / "deck.html")


def test_a_deck_needs_nothing_from_elsewhere(published, deck):
    assert reading.elsewhere(published.decks) == []
    assert list(reading.dead_links([reading.Html(deck)])) == []


def test_a_deck_shows_figures_and_no_code(deck):
    page = reading.Html(deck)
    assert page.all("html")[0]["lang"] == "fr"
    assert [image["alt"] for image in page.all("img")] == ["Une courbe qui monte de 0 à 4, de plus en plus vite."]
    text = "".join(page.text)
    assert "8 × 8 + 8 = 72" in text
    assert "matplotlib" not in text
    assert "Pour lire" not in text
    assert "Le cours d'essai" in text
    assert len(page.all("aside")) == 2


def test_a_picture_that_comes_at_a_click_has_a_page_under_the_same_heading(deck):
    begun = deck.read_text(encoding="utf-8").split("<section ")
    assert [page.count("Une couche, combien de nombres ?") for page in begun[2:4]] == [1, 1]
    assert ["<img" in page for page in begun[2:4]] == [False, True]
    assert ["Figure 1." in page for page in begun[2:4]] == [False, True]


def test_columns_stay_columns_and_sentences_may_go_on():
    columns, sentence = (new_output("stream", name="stdout", text=text) for text in ("a  1\nbc 2\n", "un mot\n"))
    (page,) = slides(new_notebook(cells=[new_code_cell("print()", outputs=[columns, sentence])]), "module1")
    assert [part.html for part in page.parts] == ["<pre>a  1\nbc 2</pre>", '<pre class="sentences">un mot</pre>']


@chromium
def test_every_page_fits_and_every_formula_is_understood(deck):
    pages = measured(deck)
    assert [page.cell for page in pages] == ["titre", "question-de-depart", "figure", "calcul", "retenir"]
    assert [fault for page in pages for fault in page.faults()] == []
    assert all(page.letters >= 32 for page in pages)


@chromium
def test_what_does_not_fit_is_named(shared):
    long = new_markdown_cell("## Trop haut\n\n" + "Un mot après l’autre, sans jamais s’arrêter. " * 60, id="haut")
    wide = new_markdown_cell("## Trop large\n\n$$" + "a+" * 90 + "a$$", id="large")
    wrong = new_markdown_cell("## Formule\n\n$$\\frac{1}{$$", id="formule")
    unknown = new_markdown_cell("## Commande\n\n$\\inconnue$", id="commande")
    small = new_markdown_cell('## Petit\n\n<p style="font-size: 20px">illisible</p>', id="petit")
    pages = laid_out(shared, new_markdown_cell("# Titre", id="titre"), long, wide, wrong, unknown, small)
    faults = {page.cell: " ".join(page.faults()) for page in pages}
    assert faults["titre"] == ""
    assert "page 2 (cell haut, « Trop haut »)" in faults["haut"]
    assert "pixels too high" in faults["haut"]
    assert "pixels too wide" in faults["large"]
    assert "formula refused" in faults["formule"]
    assert "formula refused" in faults["commande"]
    assert "letters of 20 pixels" in faults["petit"]


@chromium
def test_a_pdf_has_a_page_for_each_slide(deck, tmp_path):
    shutil.copytree(deck.parent, tmp_path / "decks")
    pdf = tmp_path / "module1.pdf"
    write_pdf(tmp_path / "decks" / "module1.html", pdf)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())) == 5
    assert sorted(path.name for path in (tmp_path / "decks").iterdir()) == ["deck", "module1.html"]


@chromium
@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.parent.name)
def test_no_slide_of_the_course_is_larger_than_its_page(path, shared):
    """Without executing: a cell that shows a figure has a grey one here; what cells print is left to `make slides`."""
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            said = {"image/png": {"alt": "une figure du cours"}}
            drawn = new_output("display_data", {"image/png": PLACEHOLDER}, metadata=said)
            cell.outputs = [drawn] * len(re.findall(r"^\s*show\(", cell.source, re.MULTILINE))
    made = slides(notebook, path.parent.name)
    assert made
    write_deck(made, path.stem, "", shared / f"{path.parent.name}.html")
    assert [fault for page in measured(shared / f"{path.parent.name}.html") for fault in page.faults()] == []
