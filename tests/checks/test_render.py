"""How a report looks: text for terminals, HTML for browsers, both safe with a student's text."""

import re
from dataclasses import replace

from attentif.reports.explanation import Explanation, Picture
from attentif.reports.pages import clean, html_report, plain_report
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.words.text import Text

HINTS = tuple(Text(f"indice {i}", f"hint {i}") for i in "123")
MISTAKE = Explanation(
    Text("Le facteur manque.", "The factor is missing."),
    Text("attendu 1, obtenu 2", "expected 1, got 2"),
    Text("Le softmax sature.", "The softmax saturates."),
    HINTS,
    "missing_scale",
    picture=Picture(Text("a", "b"), [[1.0, float("nan")]], [[0.0, 1.0]]),
)


def result(verdict, *explanations, hidden=False, title="Titre", test="test"):
    return CheckResult(test, Text(title, "Title"), 1.0, hidden, verdict, explanations)


def report(*results, **kw):
    return ExerciseReport("attention", results, Text("L'attention", "Attention"), **kw)


def test_a_headline_counts_checks_and_points():
    shown = plain_report(report(result(Verdict.PASSED), result(Verdict.FAILED, MISTAKE)), points=5)
    assert shown.splitlines()[0] == "L'attention : 2,5 / 5 points (1 vérification sur 2)"


def test_finding_evidence_consequence_hints_in_this_order():
    shown = plain_report(report(result(Verdict.FAILED, MISTAKE)))
    places = [shown.index(text) for text in ("Le facteur", "attendu 1", "sature", "1/3", "2/3", "3/3")]
    assert places == sorted(places)


def test_a_mistake_is_explained_once_with_the_checks_that_it_explains():
    results = [
        result(Verdict.FAILED, MISTAKE, title=title) for title in ("Sans masque.", "Avec masque.", "En float32.")
    ]
    for shown in (plain_report(report(*results)), html_report(report(*results))):
        assert shown.count("Le facteur manque.") == 1
        assert shown.count("indice 3") == shown.count("Le softmax sature.") == 1
        assert shown.count("Ce qui échoue plus bas vient de là aussi : « Avec masque », « En float32 ».") == 1
        assert shown.count("Même erreur que plus haut (« Sans masque »).") == 2


def test_what_no_name_explains_is_not_said_to_be_the_same_mistake():
    unnamed = replace(MISTAKE, diagnosis="")
    shown = plain_report(report(result(Verdict.FAILED, unnamed), result(Verdict.FAILED, unnamed)))
    assert shown.count("Le facteur manque.") == shown.count("Même constat que plus haut (« Titre »).") == 1
    assert "Même erreur" not in shown


def test_what_is_new_about_a_mistake_is_said_where_it_shows_again():
    inherited = replace(MISTAKE, consequence=Text("L'erreur vient d'avant.", "It comes from before."), convention=True)
    shown = plain_report(report(result(Verdict.FAILED, MISTAKE), result(Verdict.FAILED, inherited, hidden=True)))
    assert shown.count("Le softmax sature.") == shown.count("L'erreur vient d'avant.") == 1
    assert shown.count("indice 1") == shown.count("Même erreur que plus haut") == 1


def test_hidden_explanations_lose_what_could_show_values():
    kept = MISTAKE.without_values()
    assert (kept.evidence, kept.picture) == (None, None)
    assert (kept.finding, kept.hints, kept.diagnosis) == (MISTAKE.finding, HINTS, "missing_scale")


def test_html_escapes_and_has_no_script():
    nasty = Explanation(Text("<img src=x onerror=alert(1)>", "<b>"), Text('"><script>', "<script>"))
    html = html_report(report(result(Verdict.FAILED, nasty, title="<svg/onload=1>")))
    assert not re.search(r"<(img|script|svg|b)\b", html)
    assert "&lt;img src=x" in html


def test_hints_are_folded_and_pictures_labelled():
    html = html_report(report(result(Verdict.FAILED, MISTAKE)))
    assert html.count("<details") == 3
    assert "<details open" not in html
    assert 'aria-label="Votre matrice"' in html
    assert "nan" in html


def test_terminal_control_characters_are_dropped():
    assert clean("\x1b[31mrouge\x07\u202e ok\n") == "[31mrouge ok\n"


def test_long_text_is_cut():
    assert len(clean("x" * 100_000)) < 2100


def test_seed_and_notices_are_said():
    shown = plain_report(report(result(Verdict.NOT_RUN), seed=7, notices=(Text("Le noyau s'est arrêté.", "It died."),)))
    assert "graine des tirages : 7" in shown
    assert "Le noyau s'est arrêté." in shown
