"""An instructor's day in the browser: the formgrader, a score and a comment by hand, and the pages that follow."""

import itertools
import shutil

import pytest
from browser.lab import OpenNotebook, jupyter_lab
from browser.looking import assert_accessible, assert_no_wider_than_the_window, picture
from courses import answer, attentif, gradebook_of, nbgrader, submit

from attentif.exercises.course import Course

COMMENT = "Relisez l'énoncé : « centrer » enlève la moyenne de chaque colonne."
CLASS = {
    "ama": "def center(X):\n    return X - X.mean(1, keepdims=True)",
    "essi": "def center(X):\n    return X",
    "kofi": "def center(X):\n    return X - X.mean(0)",
    "yao": "def center(X):\n    raise NotImplementedError",
    "afi": "def center(X):\n    return X.mean(0) - X",
}


@pytest.fixture(scope="module")
def course(chromium, released_mini_course, tmp_path_factory):
    """A class that was graded."""
    root = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(released_mini_course.root, root, symlinks=True)
    course = Course(root)
    for student, code in CLASS.items():
        submit(course, student, "mini", answer(code))
    attentif(course, "grade", "mini")
    shutil.copytree(course.release("mini"), root / "travail")
    return course


@pytest.fixture(scope="module")
def address(course, tmp_path_factory):
    with jupyter_lab(course.root, tmp_path_factory.mktemp("jupyter")) as address:
        yield address


def by_hand(course):
    """Ama's manual score and comment, and her score, as the gradebook has them."""
    with gradebook_of(course) as known:
        grade = known.find_grade("center", "mini", "mini", "ama")
        comment = known.find_comment("center_code", "mini", "mini", "ama")
        return grade.manual_score, comment.manual_comment, grade.score


def test_formgrader_shows_our_report_and_what_is_given_by_hand_survives(course, address, page):
    with gradebook_of(course) as known:
        submission = known.find_submission_notebook("mini", "mini", "ama").id
    page.goto(f"{address}/formgrader/submissions/{submission}/")
    report = page.locator("[role=region]").filter(has_text="Vous soustrayez la moyenne des lignes.")
    report.first.wait_for()
    report.first.locator("summary").first.click()
    assert report.first.locator("details span").first.is_visible()
    for field, value in (("input#center", "4"), ("textarea#center_code-comment", COMMENT)):
        page.locator(field).fill(value)
        page.locator(field).press("Tab")
    for _ in range(200):
        if by_hand(course)[:2] == (4, COMMENT):
            break
        page.wait_for_timeout(100)
    assert by_hand(course) == (4, COMMENT, 4)
    nbgrader(course, "autograde", "mini", "--student", "ama", "--force")
    assert by_hand(course) == (4, COMMENT, 4)
    attentif(course, "grade", "mini", "--rerun")
    assert by_hand(course) == (4, COMMENT, 4)
    page.reload()
    page.wait_for_function("document.getElementById('center')?.value == '4'")
    picture(page, "formgrader")
    attentif(course, "feedback", "mini", "--student", "ama")
    page.goto((course.root / "feedback" / "ama" / "mini" / "retour.html").as_uri())
    text = page.locator("main").inner_text()
    assert "Total : 4 / 6 points" in text
    assert COMMENT in text
    assert "Note fixée par votre enseignant" in text
    assert "doit encore lire" not in text


def test_the_pages_that_follow(course, page):
    """A student's feedback and the class's pages, in each scheme, on a wide screen and a telephone's."""
    for command in ("feedback", "report", "similar"):
        attentif(course, command, "mini")
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    pages = {
        "retour": course.root / "feedback" / "ama" / "mini" / "retour.html",
        "classe": course.root / "reports" / "mini" / "index.html",
        "ressemblances": course.root / "reports" / "mini" / "ressemblances.html",
    }
    for (name, path), width, scheme in itertools.product(pages.items(), (1000, 420), ("dark", "light")):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path.as_uri())
        assert_accessible(page)
        assert_no_wider_than_the_window(page)
        if scheme == "light" and width == 1000 and name != "ressemblances":
            picture(page, name)
    assert all(url.startswith("file:") for url in fetched)


def test_validate(course, address, page):
    """nbgrader's own button, in the released folder."""
    notebook = OpenNotebook(page, address, course.root, "travail/mini.ipynb")
    notebook.write(notebook.id_of("center_code"), CLASS["ama"])
    notebook.save()
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog")
    dialog.get_by_text("moyenne des lignes").first.wait_for()
