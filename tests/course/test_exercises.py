"""Every exercise of the course, through its own check files: the solution gets full marks, the stub gets none.

Equivalents and misconceptions are graded by the whole pipeline, in test_graded_answers.py."""

import ast

import pytest
from course.trials import NAMES, exercise_called, solution_report, trial

APART_BY = "exercise"


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


@pytest.mark.parametrize("exercise", NAMES)
class TestExercise:
    def test_the_solution_gets_everything(self, exercise):
        report = solution_report(exercise)
        assert report.fraction == 1.0, told(report)
        assert {r.hidden for r in report.results} == {True, False}

    def test_the_stub_gets_nothing(self, exercise):
        report = trial(exercise).written(stub_of(exercise_called(exercise)))
        assert report.fraction == 0.0, [r.test for r in report.results if r.verdict.value == "passed"]
        assert not report.diagnoses
