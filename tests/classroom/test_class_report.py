"""An atelier's class on one page: its numbers against scipy's, its words, and what it must not show."""

import re

import numpy as np
import pytest
import scipy.stats
from courses import attentif, gradebook_of, make_course

from attentif.classroom.gathering import gather
from attentif.classroom.page import ClassReport
from attentif.classroom.statistics import alpha, correlations, item_statistics
from attentif.exporting.grades import NoGrades
from attentif.grading import flags as grading_flags
from attentif.reports.explanation import Explanation
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.reports.results_file import GradedExercise, NotebookResults
from attentif.words import flags
from attentif.words.grading import is_limit
from attentif.words.intake import NO_JSON
from attentif.words.text import Text

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def scores():
    draws = np.random.default_rng(7)
    level = draws.normal(size=(40, 1))
    return np.clip(np.round(3 + level + draws.normal(size=(40, 5)), 1), 0, 6)


def test_discrimination_is_pearsons_with_the_rest(scores):
    found = item_statistics(scores, np.full(5, 6.0))
    for item, statistics in enumerate(found):
        rest = np.delete(scores, item, axis=1).sum(axis=1)
        expected = scipy.stats.pearsonr(scores[:, item], rest)
        assert statistics.discrimination == pytest.approx(expected.statistic)
        interval = scipy.stats.bootstrap(
            (scores[:, item], rest), lambda a, b, axis: correlations(a, b), paired=True, method="percentile",
            n_resamples=4000, rng=1,
        ).confidence_interval  # fmt: skip
        assert statistics.interval == pytest.approx((interval.low, interval.high), abs=0.04)
        assert statistics.facility == pytest.approx(scores[:, item].mean() / 6)


def test_alpha_is_the_one_of_the_covariances(scores):
    """By the mean covariance and variance (Cronbach 1951, formula 15), not by totals."""
    covariances = np.cov(scores.T)
    count = len(covariances)
    mean_variance = np.trace(covariances) / count
    mean_covariance = (covariances.sum() - np.trace(covariances)) / (count * (count - 1))
    expected = count * mean_covariance / (mean_variance + (count - 1) * mean_covariance)
    assert alpha(scores) == pytest.approx(expected)


def test_what_does_not_vary_or_is_too_small_has_no_number(scores):
    scores[:, 2] = 6.0
    found = item_statistics(scores, np.full(5, 6.0))
    assert (found[2].discrimination, found[2].interval, found[2].full) == (None, None, 1.0)
    assert item_statistics(scores[:4], np.full(5, 6.0))[0].discrimination is None
    assert alpha(scores[:4]) is None
    assert alpha(np.ones((9, 3))) is None


@pytest.fixture
def course(tmp_path):
    """Six students, two exercises; Ama's second one was set by hand, Zoé is enrolled and sent nothing."""
    course = make_course(tmp_path / "course")
    (course.root / "source" / "mini").mkdir(parents=True)
    with gradebook_of(course) as known:
        known.add_assignment("mini")
        known.add_notebook("n", "mini")
        for name in ("one", "two"):
            known.add_grade_cell(name, "n", "mini", max_score=10, cell_type="code")
        known.add_student("zoe")
        for place, student in enumerate(("ama", "essi", "yao", "kofi", "afi", "mawu")):
            known.add_student(student)
            known.add_submission("mini", student)
            for name, score in (("one", 2 * place), ("two", place)):
                grade = known.find_grade(name, "n", "mini", student)
                grade.auto_score, grade.needs_manual_grade = score, False
            write_results(course, student, wrong=place < 3)
        known.find_grade("two", "n", "mini", "ama").manual_score = 8
        known.db.commit()
    return course


def write_results(course, student, *, wrong):
    explanation = Explanation(Text("Le facteur manque.", "The factor is missing."), diagnosis="missing_scale")
    checks = (CheckResult("t", Text("a", "a"), 1.0, True, Verdict.FAILED, (explanation, explanation)),) if wrong else ()
    report = ExerciseReport("one", checks, Text("Le produit scalaire", "The dot product"))
    flags = (("time limit", HOSTILE),) if student == "yao" else ()
    results = NotebookResults("mini", student, "n", (GradedExercise(report, 10.0),), flags, {}, 1.5)
    path = course.root / "autograded" / student / "mini" / "n.results.json"
    path.parent.mkdir(parents=True)
    path.write_text(results.to_json(), encoding="utf-8")


def report(course, *, lang="fr", names=True):
    with gradebook_of(course) as known:
        return ClassReport(gather(course, known, "mini"), lang, names=names)


def rows_of(report):
    return {table.name: table.rows for table in report.tables()}


def test_tables_say_what_was_graded_and_named(course):
    rows = rows_of(report(course))
    assert rows["exercices"][0][:7] == (
        "n",
        "Le produit scalaire",
        10.0,
        5.0,
        0.5,
        pytest.approx(1 / 6),
        pytest.approx(1 / 6),
    )
    assert rows["exercices"][1][3] == pytest.approx((8 + 1 + 2 + 3 + 4 + 5) / 6, abs=0.01)  # the manual score wins
    assert rows["erreurs"] == [("Le produit scalaire", "Le facteur manque.", 3, 0.5, "ama, essi, yao")]
    assert rows["a-regarder"] == [
        ("yao", "temps dépassé", HOSTILE),
        ("zoe", "inscrit, sans remise notée", ""),
    ]
    assert rows_of(report(course, lang="en"))["a-regarder"][0] == ("yao", "time limit", HOSTILE)
    assert [row[0] for row in rows["etudiants"]] == sorted(("ama", "essi", "yao", "kofi", "afi", "mawu"))


def test_every_kind_of_flag_has_french_words():
    limits = [f"{what} limit" for what in ("time", "memory", "cpu", "wall", "process", "output")]
    assert all(map(is_limit, limits[1:]))
    kinds = [value for name, value in vars(grading_flags).items() if name.isupper()] + limits
    assert len(kinds) >= 20
    assert not [kind for kind in kinds if flags.kind(kind).fr == kind or flags.kind(kind).en != kind]


def test_details_of_flags_have_french_words_where_they_are_sentences():
    assert flags.detail("cell 3") == Text("cellule 3", "cell 3")
    assert flags.detail(NO_JSON.en) == NO_JSON
    assert flags.detail("lora: cell 3") == Text("lora: cell 3", "lora: cell 3")
    assert flags.kind("a kind of the course's own").fr == "a kind of the course's own"


def test_the_page_is_self_contained_and_quotes_what_it_shows(course):
    page = report(course).html()
    assert len(page.encode()) < 1_000_000
    assert not re.search(r"""(?:src|href)\s*=\s*["']?https?:|@import|url\(""", page)
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)" in page
    assert '<html lang="fr">' in page
    assert page.count('role="img"') == page.count("<title>") - 1 == page.count("<desc>") == 2


def test_without_names_nobody_is_named(course):
    for text in report(course, names=False).files().values():
        assert not any(re.search(rf"\b{name}\b", text) for name in ("ama", "essi", "yao", "kofi", "zoe"))


def test_csv_files_hold_no_formula(course):
    path = course.root / "autograded" / "yao" / "mini" / "n.results.json"
    path.write_text(path.read_text().replace(HOSTILE.replace('"', ""), "=HYPERLINK(1)"), encoding="utf-8")
    assert "'=HYPERLINK(1)" in report(course).files()["a-regarder.csv"]


def test_a_broken_results_file_is_counted(course):
    (course.root / "autograded" / "ama" / "mini" / "n.results.json").write_text("{")
    found = report(course)
    assert rows_of(found)["erreurs"][0][2] == 2
    assert "1 fichier de résultats illisible : ses erreurs manquent ici." in found.html()


def test_the_command_writes_page_and_tables(course):
    told = attentif(course, "report", "mini").stdout
    assert "reports/mini/index.html: 6 students, 1 mistakes named" in told
    names = sorted(path.name for path in (course.root / "reports" / "mini").iterdir())
    assert names == ["a-regarder.csv", "erreurs.csv", "etudiants.csv", "exercices.csv", "index.html"]


def test_nothing_graded_is_said(course):
    with gradebook_of(course) as known:
        known.add_assignment("other")
        with pytest.raises(NoGrades, match="nobody's other is graded: run `attentif grade other`"):
            gather(course, known, "other")
        with pytest.raises(NoGrades, match="run `attentif release third`"):
            gather(course, known, "third")
