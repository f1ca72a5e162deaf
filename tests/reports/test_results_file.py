"""Reports as files: what is read back is what was written."""

import json
from dataclasses import replace

import pytest

from attentif.reports.explanation import Explanation, Picture
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.reports.results_file import FORMAT, GradedExercise, NotebookResults, ResultsBroken
from attentif.words.text import Text

PICTURE = Picture(Text("Votre matrice", "Your matrix"), [[1.0, float("nan")]], [[1.0, 2.0]])
NAMED = Explanation(
    Text("Le facteur manque.", "The factor is missing."),
    Text("attendu 1, obtenu 2", "expected 1, got 2"),
    Text("Le softmax sature.", "The softmax saturates."),
    (Text("Un indice.", "A hint."), Text("Un autre.", "Another.")),
    "missing_scale",
    "attention",
)
RESULTS = (
    CheckResult("test_values", Text("Les valeurs.", "The values."), 2.0, False, Verdict.FAILED, (NAMED,), 0.25),
    CheckResult("test_fresh", Text("D'autres.", "Others."), 1.0, True, Verdict.TIME_LIMIT),
    CheckResult("test_shape", Text("La forme.", "The shape."), 1.0, True, Verdict.PASSED),
)
REPORT = ExerciseReport("attention", RESULTS, Text("L'attention", "Attention"), 7, (Text("Une note.", "A note."),))
WHOLE = NotebookResults(
    "atelier3",
    "ama",
    "01_attention",
    (GradedExercise(REPORT, 10.0), GradedExercise(ExerciseReport("blank"), 2.0)),
    (("time limit", "attention"),),
    {"attentif": "0.1.0"},
    3.5,
)


def test_what_is_read_is_what_was_written():
    assert NotebookResults.from_json(WHOLE.to_json()) == WHOLE


def test_a_picture_keeps_what_is_not_a_number():
    shown = replace(RESULTS[0], explanations=(replace(NAMED, picture=PICTURE),))
    whole = replace(WHOLE, exercises=(GradedExercise(replace(REPORT, results=(shown,)), 1.0),))
    read = NotebookResults.from_json(whole.to_json()).exercises[0].report.results[0].explanations[0].picture
    assert repr(read) == repr(PICTURE)


def test_scores_and_verdicts_can_be_read_by_anybody():
    content = json.loads(WHOLE.to_json())
    assert content["format"] == FORMAT
    assert [(e["exercise"], e["score"], e["points"]) for e in content["exercises"]] == [
        ("attention", 2.5, 10.0),
        ("blank", 0.0, 2.0),
    ]
    assert [r["verdict"] for r in content["exercises"][0]["results"]] == ["failed", "time_limit", "passed"]
    assert content["exercises"][0]["seed"] == 7


def test_a_traceback_of_the_graders_own_stays_in_its_log():
    secret = replace(RESULTS[0], internal="assert 42 == student.f(3)")
    whole = replace(WHOLE, exercises=(GradedExercise(replace(REPORT, results=(secret,)), 1.0),))
    assert "student.f(3)" not in whole.to_json()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": 99}', WHOLE.to_json()[:-40], WHOLE.to_json().replace('"failed"', '"perhaps"')],
)
def test_what_is_no_results_file_is_refused_in_one_sentence(text):
    with pytest.raises(ResultsBroken, match="grade again"):
        NotebookResults.from_json(text)
