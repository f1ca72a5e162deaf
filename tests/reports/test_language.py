"""Reports are in one language at a time: French, or what the call or the environment asks for."""

import pytest

from attentif.reports.explanation import Explanation, Picture
from attentif.reports.pages import html_report, plain_report
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.words.language import LANGUAGES, VARIABLE, UnknownLanguage, language
from attentif.words.text import Text


def text(what):
    return Text(f"fr-{what}", f"en-{what}")


def whole_report():
    """A report that has everything a report can have."""
    hints = tuple(text(f"hint{number}") for number in range(3))
    picture = Picture(text("picture"), [[1.0]], [[2.0]])
    named = Explanation(text("finding"), text("evidence"), text("consequence"), hints, "mistake", "f", picture)
    other = Explanation(text("convention"), convention=True)
    results = (
        CheckResult("test_a", text("first"), 1.0, False, Verdict.FAILED, (named,)),
        CheckResult("test_b", text("second"), 1.0, True, Verdict.FAILED, (named,)),
        CheckResult("test_c", text("third"), 1.0, True, Verdict.TIME_LIMIT),
        CheckResult("test_d", text("fourth"), 1.0, False, Verdict.FAILED, (other,)),
    )
    return ExerciseReport("exercise", results, text("title"), 7, (text("notice"),))


# Words of ours that stand in one language only.
OURS = {
    "fr": (
        "vérification",
        "Indice 1/3",
        "cachée",
        "graine",
        "Même erreur",
        "Autre convention",
        "temps dépassé",
        "1,33",
    ),
    "en": ("check out of", "Hint 1/3", "hidden", "seed", "The same mistake", "Another convention", "limit", "1.33"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("show", [plain_report, html_report])
def test_a_report_is_in_one_language(show, lang):
    other = next(each for each in LANGUAGES if each != lang)
    report = whole_report()
    passed = CheckResult("test_e", text("fifth"), 2.0, False, Verdict.PASSED)
    report = ExerciseReport(report.exercise, (*report.results, passed), report.title, report.seed, report.notices)
    shown = show(report, points=4, lang=lang)
    for what in ("title", "first", "finding", "evidence", "consequence", "hint2", "convention", "notice"):
        assert f"{lang}-{what}" in shown
    assert f"{other}-" not in shown
    for mine, theirs in zip(OURS[lang], OURS[other], strict=True):
        assert mine.lower() in shown.lower()
        assert theirs.lower() not in shown.lower()


@pytest.mark.parametrize(("asked", "set_to", "found"), [
    (None, None, "fr"), (None, "", "fr"), (None, "en", "en"), ("fr", "en", "fr"), ("en", None, "en"),
])  # fmt: skip
def test_who_asks_comes_before_the_environment_and_french_last(monkeypatch, asked, set_to, found):
    monkeypatch.delenv(VARIABLE, raising=False)
    if set_to is not None:
        monkeypatch.setenv(VARIABLE, set_to)
    assert language(asked) == found
    assert f"{found}-title" in plain_report(whole_report(), lang=asked)


def test_a_language_that_does_not_exist_is_said_to_be_none(monkeypatch):
    with pytest.raises(UnknownLanguage, match="en anglais"):
        language("de")
    monkeypatch.setenv(VARIABLE, "de")
    with pytest.raises(UnknownLanguage, match=VARIABLE):
        plain_report(whole_report())
