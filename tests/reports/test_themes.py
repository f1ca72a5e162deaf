"""A local report in JupyterLab's themes: what is written can be read, whatever the ground; pictures without colour."""

import re
from html.parser import HTMLParser

import pytest

from attentif.reports.explanation import Explanation, Picture
from attentif.reports.judged import Judged
from attentif.reports.pages import html_report
from attentif.reports.pictures import draw
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.words.text import Text

# JupyterLab 4's own values; no variable at all is what VS Code, Colab and a saved page have.
THEMES = {
    "light": {"layout-color1": "#ffffff", "content-font-color1": "rgba(0,0,0,.87)", "border-color1": "#bdbdbd"},
    "dark": {"layout-color1": "#212121", "content-font-color1": "#ffffff", "border-color1": "#616161"},
    "elsewhere": {},
}
VOID = {"br", "img", "hr"}
SAID = Text("dit", "said")
WIDE = Picture(
    SAID, [[0.1, 0.2, 9.0], [float("nan"), 188.0, 0.3]], [[0.1, 0.2, 0.1], [0.4, 188.0, 0.3]], "T_q", "T_k", "B=0, h=1"
)


def result(verdict, *explanations, **kw):
    return CheckResult("test", Text("Titre", "Title"), 1.0, kw.pop("hidden", False), verdict, explanations, **kw)


EVERYTHING = ExerciseReport(
    "attention",
    (
        result(Verdict.PASSED, printed="affiché"),
        result(Verdict.FAILED, Explanation(SAID, SAID, SAID, (SAID, SAID), picture=WIDE)),
        result(Verdict.FAILED, Explanation(SAID, unwritten=True)),
        result(Verdict.ERROR, hidden=True),
        result(Verdict.TIME_LIMIT),
        result(Verdict.NOT_RUN),
    ),
    Text("L'attention", "Attention"),
    seed=3,
    notices=(SAID,),
)


def page():
    return html_report(EVERYTHING, judged=Judged(SAID, (SAID,)))


def rgba(colour):
    if colour.startswith("#"):
        digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
        return (*(int(digits[i : i + 2], 16) for i in (0, 2, 4)), 1.0)
    numbers = re.fullmatch(r"rgba\(([^)]*)\)", colour)[1].split(",")
    return tuple(map(float, numbers))


def contrast(text, ground):
    """WCAG 2's ratio, the text laid over the ground."""
    r, g, b, a = rgba(text)
    behind = rgba(ground)[:3]
    mixed = [a * c + (1 - a) * d for c, d in zip((r, g, b), behind, strict=True)]

    def luminance(colour):
        parts = [c / 255 for c in colour]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted((luminance(mixed), luminance(behind)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


class Written(HTMLParser):
    """(text, colour, ground) of all that is written."""

    def __init__(self, theme):
        super().__init__()
        self.theme, self.found, self.stack = theme, [], [("#000000", "#ffffff")]

    def colour(self, value, before):
        if value in (None, "inherit"):
            return before
        variable = re.fullmatch(r"var\(--jp-([a-z0-9-]+),(.*)\)", value)
        return self.theme.get(variable[1], variable[2]) if variable else value

    def handle_starttag(self, tag, attributes):
        rules = [rule.partition(":") for rule in dict(attributes).get("style", "").split(";") if rule]
        style = {name.strip(): value.strip() for name, _, value in rules}
        text, ground = self.stack[-1]
        if tag not in VOID:
            self.stack.append((self.colour(style.get("color"), text), self.colour(style.get("background"), ground)))

    def handle_endtag(self, tag):
        self.stack.pop()

    def handle_data(self, data):
        if data.strip():
            self.found.append((data.strip(), *self.stack[-1]))


@pytest.mark.parametrize("theme", THEMES)
def test_all_that_is_written_has_contrast(theme):
    parser = Written(THEMES[theme])
    parser.feed(page())
    assert len(parser.found) > 40
    weak = [(text, round(contrast(colour, ground), 2)) for text, colour, ground in parser.found
            if contrast(colour, ground) < 4.5]  # fmt: skip
    assert not weak


def test_the_contrast_is_that_of_the_standard():
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#444444", "#212121") < 2


def test_the_report_follows_jupyterlab_s_theme():
    parsers = {name: Written(theme) for name, theme in THEMES.items()}
    for parser in parsers.values():
        parser.feed(page())
    grounds = {name: {ground for _, _, ground in parser.found} for name, parser in parsers.items()}
    assert "#212121" in grounds["dark"]
    assert "#212121" not in grounds["light"] | grounds["elsewhere"]


def test_what_differs_is_marked_by_a_sign_and_the_difference_is_shown():
    panels = draw(WIDE)
    texts = [[cell.text for cell in row.cells] for row in panels.student.rows]
    assert texts == [["0.10", "0.20", "≠ 9.00"], ["≠ nan", "188.00", "0.30"]]
    gaps = [[cell.text for cell in row.cells] for row in panels.difference.rows]
    assert gaps == [["=", "=", "+8.90"], ["≠ nan", "=", "="]]
    assert panels.student.corner == "T_q ↓ T_k →"
    assert "Tranche B=0, h=1." in panels.legend.fr
    assert "Lignes : T_q ; colonnes : T_k." in page()


def test_a_few_large_values_do_not_give_all_others_one_colour():
    colours = [[cell.colour for cell in row.cells] for row in draw(WIDE).expected.rows]
    assert len({colours[0][0], colours[0][1], colours[1][0], colours[1][1]}) == 4
    assert "échelle logarithmique" in draw(WIDE).legend.fr
    even = Picture(SAID, [[1.0, 2.0]], [[1.0, 3.0]])
    assert "logarithmique" not in draw(even).legend.fr


def test_rounding_is_not_marked_where_the_comparison_says_what_differs():
    picture = Picture(SAID, [[1.0, 2.0 + 1e-12]], [[3.0, 2.0]], differs=[[True, False]])
    assert [cell.differs for cell in draw(picture).student.rows[0].cells] == [True, False]
    assert draw(picture).difference.rows[0].cells[1].text == "="


def test_it_can_be_heard_and_used_by_keyboard():
    html = page()
    assert 'role="region"' in html
    assert 'role="alert"' in html
    for label in ("réussi", "échoué", "pas encore écrite", "erreur", "temps dépassé", "non exécuté"):
        assert f'role="img" aria-label="{label}"' in html
    assert html.count('scope="row"') == 6
    assert html.count('tabindex="0"') == 4  # three matrices and what is printed scroll


def test_the_legend_says_which_output_is_drawn():
    assert draw(Picture(SAID, [[1.0]], [[2.0]], "T_q", "T_k", name="weights")).legend.fr.startswith("`weights`. Lignes")
