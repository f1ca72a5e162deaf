"""The right answers through the real pipeline: put in solved notebooks, handed in, graded in sandboxed kernels."""

import shutil
from collections import defaultdict

import pytest
from course.right_answers import RIGHT_ANSWERS
from course.test_graded_mistakes import NOTEBOOKS, Graded, Submission, points_in, selected
from courses import ROOT, attentif, make_course

OF_EXERCISE = defaultdict(list)
for right in RIGHT_ANSWERS:
    OF_EXERCISE[right.exercise].append(right)


def submissions():
    """As many of each notebook as an exercise of it has answers; the others of its exercises are as solved."""
    for notebook in NOTEBOOKS:
        for row in range(max(len(OF_EXERCISE[name]) for name in notebook.exercises)):
            placed = {name: OF_EXERCISE[name][row] for name in notebook.exercises if row < len(OF_EXERCISE[name])}
            yield Submission(f"student{row}", notebook, placed)


SUBMISSIONS = list(submissions())


@pytest.fixture(scope="module")
def graded(request, tmp_path_factory):
    course = make_course(tmp_path_factory.mktemp("course"))
    for part in ("source", "grader_tests"):
        shutil.copytree(ROOT / part, course.root / part, ignore=shutil.ignore_patterns("__pycache__"))
    chosen = list(selected(request))
    ateliers = sorted({submission.notebook.atelier for submission in chosen})
    attentif(course, "release", *ateliers)
    for submission in chosen:
        submission.hand_in(course)
    for atelier in ateliers:
        attentif(course, "grade", atelier, timeout=900)
    return Graded(course, points_in(course, ateliers))


@pytest.mark.parametrize("submission", SUBMISSIONS, ids=lambda s: f"{s.notebook.name}-{s.student}")
def test_right_answers_keep_every_point(graded, submission):
    lost = graded.lost(submission)
    assert not lost, [graded.report(submission, name) for name in lost]
    assert not graded.named(submission)
