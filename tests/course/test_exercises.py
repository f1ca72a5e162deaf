"""Every exercise of the course, through its own check files: the solution gets full marks, the stub gets none.

Equivalents and misconceptions are graded by the whole pipeline, in test_graded_mistakes.py."""

import ast

import pytest
from courses import ROOT

from attentif.authoring.trial import Trial
from attentif.exercises.course import Course
from attentif.references.oracles import load_exercise

COURSE = Course(ROOT)
EXERCISES = [(atelier, name) for atelier in COURSE.ateliers() for name in COURSE.exercises(atelier)]
SEED = 20261124


def graded(exercise, source):
    """The report of an exercise's public and hidden checks on a namespace made by this source."""
    return Trial(COURSE, exercise, SEED).written(source)


def stub_of(exercise):
    """The solution's own definitions, with every body replaced as nbgrader does."""
    tree = ast.parse(exercise.solution_source)
    wanted = {function.name for function in exercise.functions}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (node.name in wanted or is_method(node)):
            node.body = ast.parse("raise NotImplementedError('à compléter')").body
    return ast.unparse(tree)


def is_method(node):
    return bool(node.args.args) and node.args.args[0].arg == "self"


def told(report):
    """What did not pass, for a failing test's message."""
    return "\n".join(
        f"{r.test}: {r.verdict.value} {[(e.diagnosis, e.finding.fr) for e in r.explanations]} {r.internal[-800:]}"
        for r in report.results
        if r.verdict.value != "passed"
    )


@pytest.mark.parametrize(("atelier", "name"), EXERCISES, ids=[name for _, name in EXERCISES])
class TestExercise:
    def test_the_solution_gets_everything(self, atelier, name):
        exercise = load_exercise(COURSE.oracle(atelier, name))
        report = graded(exercise, exercise.solution_source)
        assert report.fraction == 1.0, told(report)
        assert {r.hidden for r in report.results} == {True, False}

    def test_the_stub_gets_nothing(self, atelier, name):
        exercise = load_exercise(COURSE.oracle(atelier, name))
        report = graded(exercise, stub_of(exercise))
        assert report.fraction == 0.0, [r.test for r in report.results if r.verdict.value == "passed"]
        assert not report.diagnoses
