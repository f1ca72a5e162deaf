"""Which cells are checked outside the kernel, and what is kept of what a kernel prints."""

import base64

import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from attentif.exercises.course import Course
from attentif.grading.hand_written import awaits, value_outputs, worth
from attentif.grading.outputs import MAX_OUTPUTS, report_outputs, tame
from attentif.grading.plan import CellKind, plan_cell
from attentif.grading.preprocessor import Grade
from attentif.remote.outside.listener import CellResult
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.words.grading import CUT, SANDBOX_STOPPED
from attentif.words.text import Text

MARK = {"nbgrader": {"grade": True, "solution": False, "locked": True, "grade_id": "softmax", "points": 4}}


@pytest.fixture
def course(tmp_path):
    checks = tmp_path / "source" / "atelier1" / "checks"
    checks.mkdir(parents=True)
    (checks / "test_softmax.py").touch()
    return Course(tmp_path)


@pytest.mark.parametrize(
    ("source", "hidden"),
    [
        ('check("softmax")', False),
        ("check('softmax')", False),
        ('check("softmax")\n### BEGIN HIDDEN TESTS\ncheck("softmax", hidden=True)\n### END HIDDEN TESTS', True),
        ('# note\n\ncheck( "softmax" )\n', False),
    ],
)
def test_a_cell_of_check_lines_is_checked_outside(course, source, hidden):
    plan = plan_cell(new_code_cell(source, metadata=MARK), course, "atelier1")
    assert (plan.kind, plan.exercise, plan.hidden) == (CellKind.CHECKS, "softmax", hidden)


@pytest.mark.parametrize(
    "source",
    [
        "assert softmax([0]) == 1",
        'check("softmax"); print(1)',
        'check("softmax")\nassert True',
        'check("unknown")',
        'check("softmax")\ncheck("other")',
        "check(name)",
        "",
    ],
)
def test_any_other_grade_cell_is_run_with_proof(course, source):
    assert plan_cell(new_code_cell(source, metadata=MARK), course, "atelier1").kind is CellKind.ASSERTIONS


def test_a_check_in_an_ungraded_cell_is_ordinary(course):
    assert plan_cell(new_code_cell('check("softmax")'), course, "atelier1").kind is CellKind.ORDINARY


def test_text_is_cut_and_marked():
    (output,) = tame([new_output("stream", name="stdout", text="x" * 1_000_000)])
    assert len(output.text) < 21_000
    assert output.text.endswith(CUT.fr)


def test_outputs_are_bounded_in_number():
    assert len(tame([new_output("stream", name="stdout", text="x")] * 5000)) == MAX_OUTPUTS + 1


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/javascript", "application/json"])
def test_what_a_browser_would_execute_is_dropped(kind):
    data = {kind: "<script>alert(1)</script>", "text/plain": "a table"}
    (output,) = tame([new_output("display_data", data=data)])
    assert output.data == {"text/plain": "a table"}


def test_a_png_is_kept_and_a_false_one_is_not():
    real = base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()
    false = base64.b64encode(b"<svg onload=alert(1)>").decode()
    assert tame([new_output("display_data", data={"image/png": real})])[0].data == {"image/png": real}
    assert tame([new_output("display_data", data={"image/png": false})]) == []
    assert tame([new_output("display_data", data={"image/png": "not base64!"})]) == []


def report(*verdicts):
    results = tuple(CheckResult(f"t{i}", Text("x", "x"), 1.0, False, v) for i, v in enumerate(verdicts))
    return ExerciseReport("softmax", results)


@pytest.mark.parametrize(
    ("verdicts", "score"),
    [
        ((Verdict.PASSED, Verdict.PASSED), 4.0),
        ((Verdict.PASSED, Verdict.FAILED, Verdict.FAILED), 1.33),
        ((Verdict.NOT_RUN, Verdict.TIME_LIMIT), 0.0),
        ((), 0.0),
    ],
)
def test_nbgrader_reads_the_score_that_the_report_says(verdicts, score):
    cell = new_code_cell("", metadata=MARK)
    cell.outputs = report_outputs(report(*verdicts), 4.0)
    assert determine_grade(cell) == (score, 4.0)


@pytest.mark.parametrize(
    ("value", "shown", "score", "odd"),
    [
        (2.5, "2.5", 2.5, False),
        (0, "0", 0.0, False),
        (7, "7", 4.0, True),
        (-1, "-1", 0.0, True),
        (float("nan"), "nan", 0.0, True),
        (float("inf"), "inf", 0.0, True),
        (True, "True", 4.0, False),
        (False, "False", 0.0, False),
        ("1.5", "'1.5'", 1.5, False),
        ("text", "'text'", 4.0, False),
        (None, "<object>", 4.0, False),
        (None, "", 4.0, False),
        (None, None, 4.0, False),
    ],
)
def test_partial_credit_of_a_hand_written_cell(value, shown, score, odd):
    cell = new_code_cell("", metadata=MARK)
    result = CellResult(shown, None, value)
    earned = worth(result, 4.0)
    cell.outputs = value_outputs(result, earned)
    assert determine_grade(cell) == (score, 4.0)
    assert earned.odd is odd


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import asyncio\nawait asyncio.sleep(0)", True),
        ("async with x as y:\n    pass", True),
        ("[x async for x in f()]", True),
        ("async def f():\n    await x", False),
        ("# await\n'await'", False),
        ("await (", False),
        ("%time await x", False),
        ("!echo await", False),
    ],
)
def test_cells_that_await(source, expected):
    assert awaits(source) is expected


def test_a_kernel_that_fails_late_leaves_no_exercise_without_a_report(course):
    """Frozen copies that were taken and can no longer be asked: a verdict all the same, and zero."""
    grade = Grade()
    grade._plans = [plan_cell(new_code_cell('check("softmax")', metadata=MARK), course, "atelier1")]
    grade._tokens, grade._stopped, grade._course = {"softmax": "token"}, SANDBOX_STOPPED, course
    report = grade._reports(None)["softmax"]
    assert report.fraction == 0
    assert SANDBOX_STOPPED.fr in report.notices[0].fr
    assert SANDBOX_STOPPED.en in report.notices[0].en
