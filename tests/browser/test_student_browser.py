"""A student's day in JupyterLab: a released notebook, from the stub to the summary, in each look that it can have."""

import re
import shutil

import pytest
from browser.lab import OpenNotebook, jupyter_lab
from browser.looking import assert_accessible, picture
from courses import ROOT

CODE, CHECK = "attention-scores-code", "attention-scores-check"
RIGHT = """\
def attention_scores(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))


def score_variance(d_k, n=10_000, generator=None):
    q, k = torch.randn(n, d_k, generator=generator), torch.randn(n, d_k, generator=generator)
    return ((q * k).sum(-1) / math.sqrt(d_k)).var().item()
"""
WRONG = RIGHT.replace(" / math.sqrt(Q.size(-1))", "")


@pytest.fixture(scope="module")
def opened(chromium, tmp_path_factory):
    """The first notebook of atelier 3, as it was released, opened; the cells before exercise 3.1 have been run."""
    root = tmp_path_factory.mktemp("work")
    shutil.copytree(ROOT / "release" / "atelier3", root / "atelier3")
    context = chromium.new_context(viewport={"width": 1100, "height": 900}, locale="fr-FR")
    context.set_default_timeout(300_000)  # a busy machine
    with jupyter_lab(root, tmp_path_factory.mktemp("jupyter")) as address:
        notebook = OpenNotebook(context.new_page(), address, root, "atelier3/01_attention_une_tete.ipynb")
        notebook.run_all_above(CODE)
        yield notebook
        context.close()


def checked(notebook, said):
    """Runs the check cell; returns its report once it says what it should."""
    notebook.run(CHECK)
    report = notebook.report(CHECK).filter(has_text=said)
    report.wait_for()
    return report


def test_the_first_cell_is_folded_and_says_nothing(opened):
    assert not opened.cell("course-preparation").locator(".cm-content").is_visible()
    assert opened.output("course-preparation").count() == 0


def test_an_unwritten_answer_is_not_red(opened):
    opened.run(CODE)
    report = checked(opened, "pas encore écrite")
    assert "✗" not in report.inner_text()
    assert_accessible(opened.page, ".jp-OutputArea [role=region]")


def test_a_wrong_answer_is_named_and_its_hints_unfold_one_by_one(opened):
    opened.write(CODE, WRONG)
    opened.run(CODE)
    report = checked(opened, "√d_k")
    assert "✗" in report.inner_text()
    hints = report.locator("details")
    assert hints.count() >= 3
    for number in range(3):
        hidden = hints.nth(number).locator("span")
        assert not hidden.is_visible()
        hints.nth(number).locator("summary").focus()
        opened.page.keyboard.press("Enter")
        assert hidden.is_visible()
    report.get_by_label("Matrice attendue").first.wait_for()
    assert_accessible(opened.page, ".jp-OutputArea [role=region]")
    picture(opened.page, "compte-rendu", report)


def test_the_report_keeps_its_contrast_in_the_dark_and_its_width_on_a_telephone(opened):
    """Goes on with the report of the wrong answer."""
    opened.command("apputils:change-theme", theme="JupyterLab Dark")
    opened.page.wait_for_function("document.body.dataset.jpThemeName == 'JupyterLab Dark'")
    opened.page.set_viewport_size({"width": 420, "height": 900})
    report = opened.report(CHECK)
    report.scroll_into_view_if_needed()
    box = report.bounding_box()
    assert box["x"] + box["width"] <= 420
    inside = report.evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert inside[0] <= inside[1]
    assert report.evaluate("e => getComputedStyle(e).backgroundColor") != "rgb(255, 255, 255)"
    assert_accessible(opened.page, ".jp-OutputArea [role=region]")
    picture(opened.page, "compte-rendu-sombre-etroit", report)
    opened.page.set_viewport_size({"width": 1100, "height": 900})
    opened.command("apputils:change-theme", theme="JupyterLab Light")
    opened.page.wait_for_function("document.body.dataset.jpThemeName == 'JupyterLab Light'")


def test_a_right_answer(opened):
    opened.write(CODE, RIGHT)
    opened.run(CODE)
    report = checked(opened, re.compile(r"(\d+) vérifications sur \1\b"))
    assert "✗" not in report.inner_text()


def test_an_answer_that_was_edited_and_saved_but_not_run(opened):
    opened.write(CODE, WRONG)
    opened.save()
    checked(opened, "La cellule ci-dessus a changé depuis")


def test_a_broken_answer_that_was_run(opened):
    opened.write(CODE, RIGHT.replace("(Q, K):", "(Q, K:"))
    opened.run(CODE)
    checked(opened, "La cellule ci-dessus a échoué à sa dernière exécution")


def test_the_summary_of_the_last_cell(opened):
    opened.write(CODE, RIGHT)
    opened.run(CODE)
    checked(opened, "vérifications sur")
    opened.run("course-summary")
    summary = opened.report("course-summary")
    summary.wait_for()
    text = summary.inner_text()
    assert "rien : toutes passent" in text
    assert "Ensuite : exercice 3.2" in text
    assert "01_attention_une_tete.ipynb" in text
    assert_accessible(opened.page, ".jp-OutputArea [role=region]")
    picture(opened.page, "bilan", summary)
