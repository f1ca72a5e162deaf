"""What people open: Markdown of submissions is cleaned, and what courses and reports need survives."""

import nbformat
import pytest
from courses import ROOT, load_module
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from redteam import gallery
from traitlets.config import Config

from attentif.grading.markup import render
from attentif.grading.outputs import report_outputs, tame
from attentif.reports.explanation import Explanation
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.words.text import Text

COURSE_MARKDOWN = {
    "# Titre\n\n**gras** *penché* `a < b`": ["<h1", "<strong>gras", "<em>", "<code>a &lt; b"],
    "| a | b |\n|---|--:|\n| 1 | 2 |": ["<table>", "text-align", "<td"],
    "<details><summary>Aide</summary>\n\nUn indice.\n\n</details>": ["<details>", "<summary>Aide", "Un indice"],
    "![schéma](figures/a.png) <img src='b.png' width='300'>": ['src="figures/a.png"', 'width="300"'],
    "[lien](https://example.org) <span style='color:#a00'>x</span>": ['href="https://example.org"', "color:#a00"],
    "$a < b$ et $$\\frac{1}{\\sqrt{d_k}} QK^\\top$$": ["$a &lt; b$", "$$\\frac{1}{\\sqrt{d_k}} QK^\\top$$"],
    "```python\nx = a < b\n```": ['<div class="highlight">', '<span class="n">x</span>'],
    '<div style="border-left:4px solid #369;padding:8px">À retenir</div>': [
        "border-left:4px solid #369",
        "padding:8px",
    ],
}


@pytest.mark.parametrize("source", COURSE_MARKDOWN)
def test_what_courses_write_survives(source):
    for part in COURSE_MARKDOWN[source]:
        assert part in render(source)


@pytest.mark.parametrize("name", ["html_in_markdown", "html_in_attachment"])
def test_what_submissions_write_does_not(name):
    notebook = new_notebook()
    load_module(gallery.ATTACKS / f"{name}.py").edit(notebook)
    for cell in notebook.cells:
        assert gallery.active_parts(render(cell.source, cell.get("attachments"))) == []


def test_an_attached_image_is_shown():
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in render(
        "![x](attachment:a)", {"a": {"image/png": "iVBORw0KGgo="}}
    )


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "part", ["[", "*a_ ", "<", "`", "![a](", "> ", "- ", "$", "<div>", "[a](<", "&", "\\begin{a}", "![[]"]
)
def test_no_text_keeps_the_renderer_busy(part):
    assert render(part * (20_000 // len(part)))


def page(notebook, template):
    """A notebook as a page, with the repository's filter."""
    config = Config()
    config.HTMLExporter.filters = {"markdown2html": "attentif.grading.markup.clean_markdown"}
    config.HTMLExporter.template_name = template
    return HTMLExporter(config=config).from_notebook_node(notebook)[0]


def test_the_configuration_names_the_filter():
    text = (ROOT / "nbgrader_config.py").read_text()
    assert 'c.HTMLExporter.filters = {"markdown2html": "attentif.grading.markup.clean_markdown"}' in text


@pytest.mark.parametrize("template", ["classic", "lab"])
def test_our_report_survives_in_a_page_and_scripts_do_not(template):
    finding = Text("Constat <b>&</b>", "Finding")
    result = CheckResult("t", finding, 1.0, False, Verdict.FAILED, (Explanation(finding, hints=(finding,)),))
    cell = new_code_cell("1", outputs=report_outputs(ExerciseReport("e", (result,)), 6.0))
    notebook = new_notebook(cells=[cell, new_markdown_cell("<script>PWNED</script>")])
    html = page(notebook, template)
    assert gallery.active_parts(html) == []
    assert "<details" in html
    assert "border-left:4px solid" in html
    assert "Constat &lt;b&gt;&amp;&lt;/b&gt;" in html


@pytest.mark.parametrize("data", ['iVBORw0KGgo=" onerror="PWNED', "iVBORw0KGgo=<script>", "PHN2Zz4="])
def test_an_image_is_base64_of_a_png_and_nothing_else(data):
    assert tame([nbformat.v4.new_output("display_data", data={"image/png": data})]) == []
