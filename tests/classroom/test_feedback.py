"""A student's page: a person's score and comment win, nothing hidden is shown, nothing is fetched."""

import re
import shutil

import pytest
from courses import answer, attentif, gradebook_of, submit

from attentif.exercises.course import Course

NAME = "<b>Ama</b>"


@pytest.fixture(scope="module")
def course(released_mini_course, tmp_path_factory):
    """Ama's answer is wrong and was given 5 by hand, Yao's is right and late, Essi handed in nothing."""
    folder = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(released_mini_course.root, folder, symlinks=True)
    course = Course(folder)
    (folder / "course.toml").write_text('contact = "prof@univ.tg"\n', encoding="utf-8")
    submit(course, "ama", "mini", answer("def center(X):\n    return X"))
    submit(course, "yao", "mini", answer("def center(X):\n    return X - X.mean(0)"))
    attentif(course, "grade", "mini")
    with gradebook_of(course) as known:
        known.update_or_create_student("ama", first_name=NAME)
        grade = known.find_grade("center", "mini", "mini", "ama")
        grade.manual_score = 5
        known.find_comment("center_code", "mini", "mini", "ama").manual_comment = "Bravo <script>alert(1)</script>"
        known.find_submission_notebook("mini", "mini", "yao").late_submission_penalty = 0.5
        known.db.commit()
    attentif(course, "feedback", "mini")
    return course


def page(course, student):
    return (course.root / "feedback" / student / "mini" / "retour.html").read_text(encoding="utf-8")


def test_a_persons_score_and_comment_win(course):
    text = page(course, "ama")
    assert "Total : 5 / 6 points" in text
    assert "Note fixée par votre enseignant" in text
    assert "Bravo &lt;script&gt;alert(1)" in text
    assert "&lt;b&gt;Ama&lt;/b&gt;" in text
    assert "prof@univ.tg" in text


def test_a_late_penalty_is_said(course):
    text = page(course, "yao")
    assert "Total : 5,5 / 6 points" in text
    assert "Retard : 0,5 point retiré." in text
    assert "Note fixée" not in text


def test_the_page_is_whole_in_french_and_shows_nothing_hidden(course):
    for student in ("ama", "yao"):
        text = page(course, student)
        assert '<html lang="fr">' in text
        assert len(text.encode()) < 1_000_000
        assert not re.search(r"""https?://|<script|HIDDEN TESTS|Test cell""", text)
        hidden = (course.root / "grader_tests/mini/center/test_hidden.py").read_text(encoding="utf-8")
        assert not any(
            line.strip() in text for line in hidden.splitlines() if len(line.strip()) > 25 and "def " in line
        )


def test_who_is_not_graded_is_said(course):
    assert "nothing graded of essi" in attentif(course, "feedback", "mini", "--student", "essi", check=False).stdout
    assert "retour.html: 1 pages" in attentif(course, "feedback", "mini", "--student", "ama").stdout
