"""After three failed checks of an exercise, the idea of its solution."""

import re

import pytest
from courses import ROOT
from student.released import RIGHT, names

from attentif.exercises.course import Course
from attentif.reports.help import Help
from attentif.reports.pages import html_report
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.student.check import Check
from attentif.student.ideas import idea_of, ideas_in
from attentif.words.text import Text

WRONG = RIGHT.replace("mean(0)", "mean(1, keepdims=True)")
STUB = "def center(X):\n    raise NotImplementedError"
AFTER, STATEMENT = "Après trois essais : l'idée de la solution", "Revenez à l'énoncé"
COURSE = Course(ROOT)
WRITTEN = [atelier for atelier in COURSE.ateliers() if (COURSE.public_checks(atelier) / "ideas.fr.md").exists()]


def shown(check, capsys, code, **options):
    check("center", namespace=names(code), **options)
    return capsys.readouterr().out


def test_the_third_failed_check_shows_the_idea(folder, capsys):
    (folder / "checks" / "ideas.fr.md").write_text(
        "# T\n\n## center\n\nUne moyenne\npar colonne.\n\n## other\n\nNon.\n"
    )
    (folder / "checks" / "ideas.en.md").write_text("## center\n\nA mean for each column.\n")
    check = Check()
    for code in (WRONG, STUB, RIGHT, WRONG, STUB):
        assert AFTER not in shown(check, capsys, code)
    assert f"{AFTER} : Une moyenne par colonne." in shown(check, capsys, WRONG)
    assert "A mean for each column." in shown(check, capsys, WRONG, lang="en")
    assert AFTER not in shown(check, capsys, RIGHT)


def test_without_an_idea_it_leads_back_to_the_statement(folder, capsys):
    check = Check()
    for _ in range(2):
        assert STATEMENT not in shown(check, capsys, WRONG)
    assert STATEMENT in shown(check, capsys, WRONG)


def test_in_a_page_it_unfolds_and_the_forum_is_a_link():
    result = CheckResult("t", Text("titre", "title"), 1.0, False, Verdict.FAILED)
    help = Help("https://forum.example/?a=1&b=2", Text("<l'idée>", "<the idea>"))
    page = html_report(ExerciseReport("center", (result,)), lang="fr", help=help)
    assert re.search(r"<details[^>]*><summary>Après trois essais[^<]*</summary><span>&lt;l&#39;idée&gt;</span>", page)
    assert 'href="https://forum.example/?a=1&amp;b=2"' in page


@pytest.mark.parametrize("atelier", WRITTEN)
def test_an_atelier_that_has_ideas_has_one_for_each_exercise(atelier):
    checks = COURSE.public_checks(atelier)
    for lang in ("fr", "en"):
        assert sorted(ideas_in(checks / f"ideas.{lang}.md")) == COURSE.exercises(atelier)
    assert all("attentif" not in idea_of(checks, exercise).fr for exercise in COURSE.exercises(atelier))


def test_atelier_3_has_them():
    assert "atelier3" in WRITTEN
