"""The site: complete, closed upon itself, and readable by everybody."""

import io
import zipfile
from itertools import pairwise

import pytest
from publishing import published as reading

# Pages that Sphinx makes, whose headings a script writes.
MADE_BY_SPHINX = ("search.html", "genindex.html")


@pytest.fixture(scope="module")
def pages(published):
    """The site's own pages, decks left out."""
    return [page for page in reading.pages(published.site) if "diapositives" not in page.path.parts]


@pytest.fixture(scope="module")
def module(pages):
    """The module's page."""
    return next(page for page in pages if page.path.parent.name == "module1")


@pytest.fixture(scope="module")
def atelier(pages):
    """The page of the atelier's notebook."""
    return next(page for page in pages if page.path.parent.name == "atelier1")


def test_every_part_of_the_course_has_its_page(published):
    for name in (
        "index",
        "ateliers",
        "lectures",
        "enseigner",
        "guides/students",
        "guides/glossaire",
        "guides/security",
    ):
        assert (published.site / f"{name}.html").is_file(), name


def test_nothing_is_fetched_from_another_machine(published):
    assert reading.elsewhere(published.site) == []


def test_what_would_be_fetched_is_seen(tmp_path):
    """The test above can fail."""
    (tmp_path / "a.html").write_text('<img src="//cdn.example.org/a.png"><a href="https://example.org">x</a>')
    (tmp_path / "a.css").write_text("@import 'https://example.org/b.css'; p {background: url(c.png)}")
    assert reading.elsewhere(tmp_path) == ["a.html: //cdn.example.org/a.png", "a.css: https://example.org/b.css"]


def test_every_link_leads_somewhere(published):
    assert list(reading.dead_links(reading.pages(published.site))) == []


def test_a_dead_link_is_seen(tmp_path):
    (tmp_path / "a.html").write_text('<p id="here"><a href="#here">1</a><a href="#there">2</a><a href="b.html">3</a>')
    assert sorted(reading.dead_links(reading.pages(tmp_path))) == ["a.html → #there", "a.html → b.html"]


def test_pictures_say_what_they_show(pages, module):
    assert [image["alt"] for image in module.all("img")] == ["Une courbe qui monte de 0 à 4, de plus en plus vite."]
    assert all(image.get("alt", "").strip() for page in pages for image in page.all("img"))


def test_headings_are_in_order(pages):
    for page in pages:
        if page.path.name not in MADE_BY_SPHINX:
            levels = page.headings()
            assert levels[0] == 1, page.path
            assert levels.count(1) == 1, page.path
            assert all(after <= before + 1 for before, after in pairwise(levels)), page.path


def test_screen_readers_know_the_language_and_the_controls(pages):
    for page in pages:
        assert page.all("html")[0]["lang"] == "fr"
        controls = [one for one in page.all("input", "button") if one.get("type") != "hidden"]
        assert all(one.get("aria-label") for one in controls), page.path
        assert "Toggle" not in {one["aria-label"].partition(" ")[0] for one in controls}, page.path
        assert all(one.get("tabindex") == "0" for one in page.all("pre")), page.path
        headings = [one for _, one in page.tags if one.get("role") == "heading"]
        assert headings
        assert all(one.get("aria-level") == "2" for one in headings)
        asides = [one.get("aria-label") for one in page.all("aside")]
        assert None not in asides
        assert len(set(asides)) == len(asides)
    english = next(page for page in pages if page.path.name == "security.html")
    assert {"lang": "en"} in english.all("div")


def test_a_module_is_shown_executed_and_its_questions_unanswered(module):
    text = "".join(module.text)
    assert "8 × 8 + 8 = 72" in text
    assert 'check("m1_q1")' in text
    assert "NotImplementedError" in text
    assert "Traceback" not in text


def test_a_question_that_a_cell_shows_is_read_as_text_with_formulas(module):
    text = "".join(module.text)
    assert "Combien de nombres a" in text
    assert "$" not in text
    assert "display(Markdown" not in text  # the cell's code is not the point


def test_an_atelier_is_shown_as_it_is_handed_out(atelier):
    assert atelier.all("img") == []
    assert "8 × 8 + 8 = 72" not in "".join(atelier.text)


def test_a_notebook_can_be_opened_in_colab_taken_home_and_projected(published, module, atelier):
    colab = "https://colab.research.google.com/github/universite/cours/blob/main/release/module1/1_poids.ipynb"
    assert {colab, "../../a-telecharger/module1.zip", "../../diapositives/module1.html"} <= set(module.links())
    assert "../../diapositives/atelier1.html" not in atelier.links()
    archive = (published.site / "a-telecharger" / "module1.zip").read_bytes()
    assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == ["module1/1_poids.ipynb"]


def test_the_forum_and_the_address_to_write_to_are_on_every_page(pages):
    for page in pages:
        assert "https://forum.example.org/transformer" in page.links()
        assert "cours@example.org" in "".join(page.text)


def test_readings_are_collected_from_the_modules(published):
    page = reading.Html(published.site / "lectures.html")
    assert "la table 3" in "".join(page.text)
    assert "https://arxiv.org/abs/1706.03762" in page.links()
    assert "À retenir" not in "".join(page.text)
