"""No right answer is refused: well-known ways to write each exercise, through its own check files, at full marks."""

import functools

import numpy as np
import pytest
import torch
from course.right_answers import RIGHT_ANSWERS
from course.test_exercises import told
from course.trials import ATELIER, EXERCISES, exercise_called, trial

APART_BY = "exercise"

NUMPY = [exercise for atelier, exercise in EXERCISES if atelier == "atelier1" and exercise != "numpy_to_torch"]
# Their statements ask for double precision:
DOUBLE = {"squared_distances", "orthogonal_projection", "gradient_check", "kv_cache"}

# Scores of ten thousand, of which single precision loses the third digit:
TOO_FAR_FOR_SINGLE = {"packed_multi_head_attention"}
OF_EXERCISES = [(right.exercise, right) for right in RIGHT_ANSWERS]


def test_there_are_enough_of_them():
    assert len(RIGHT_ANSWERS) >= 60
    assert {right.exercise for right in RIGHT_ANSWERS} == set(ATELIER)


@pytest.mark.parametrize(("exercise", "right"), OF_EXERCISES, ids=[f"{name}-{r.name}" for name, r in OF_EXERCISES])
def test_a_right_answer_gets_everything(exercise, right):
    report = trial(exercise).rewritten(right.source())
    assert report.fraction == 1.0, told(report)
    assert not report.diagnoses


def mapped(change, value):
    """The value with ``change`` made to each of its arrays, tensors and floats."""
    if type(value) in (list, tuple):
        return type(value)(mapped(change, part) for part in value)
    return change(value) if isinstance(value, (np.ndarray, np.floating, float, torch.Tensor)) else value


def to_single(value):
    if isinstance(value, torch.Tensor):
        return value.float() if value.is_floating_point() else value
    return np.float32(value) if np.asarray(value).dtype.kind == "f" else value


def to_double(value):
    return value.double() if isinstance(value, torch.Tensor) and value.is_floating_point() else to_numpy_double(value)


def to_numpy_double(value):
    return np.float64(value) if isinstance(value, (np.ndarray, np.float32)) and value.dtype.kind == "f" else value


def in_single_precision(function):
    """The function, its arguments rounded to float32 and its answers given as float64 where it was given float64."""

    @functools.wraps(function)
    def rounded(*given, **named):
        answer = function(*mapped(to_single, given), **mapped(to_single, named))
        doubles = []
        mapped(
            lambda part: doubles.append(part) if getattr(part, "dtype", None) in (np.float64, torch.float64) else 0,
            given,
        )
        return mapped(to_double, answer) if doubles else answer

    return rounded


def answering(change):
    """A guise in which the answers are changed."""

    def guise(function):
        return functools.wraps(function)(lambda *given, **named: mapped(change, function(*given, **named)))

    return guise


def to_list(value):
    return value.tolist() if isinstance(value, (np.ndarray, np.floating)) else value


def to_zero_axes(value):
    return value if np.ndim(value) else np.array(value)


def to_long_double(value):
    return np.asarray(value, dtype=np.longdouble)[()]


GUISES = {
    "tensors": answering(torch.as_tensor),
    "lists": answering(to_list),
    "arrays without axes": answering(to_zero_axes),
    "long doubles": answering(to_long_double),
}


def graded_in(guise, name):
    """The report of a solution all of whose functions are in that guise."""
    exercise = exercise_called(name)
    names = trial(name).names_after(exercise.solution_source)
    names |= {f.name: guise(names[f.name]) for f in exercise.functions if f.kind == "function"}
    return trial(name).graded(names)


@pytest.mark.parametrize("guise", GUISES)
@pytest.mark.parametrize("exercise", NUMPY)
def test_numbers_are_taken_for_what_they_are(exercise, guise):
    if (exercise, guise) == ("squared_distances", "lists"):
        pytest.skip("five million distances are no list: the statement asks for arrays")
    report = graded_in(GUISES[guise], exercise)
    assert report.fraction == 1.0, told(report)


@pytest.mark.parametrize("exercise", [name for name in ATELIER if name not in DOUBLE | TOO_FAR_FOR_SINGLE])
def test_an_answer_is_judged_to_the_precision_of_its_computation(exercise):
    report = graded_in(in_single_precision, exercise)
    assert report.fraction == 1.0, told(report)


MISFITS = {
    "missing": ("del self.W_o", "W_o.weight"),
    "extra": ("self.temperature = nn.Parameter(torch.ones(1))", "temperature"),
}


@pytest.mark.parametrize(("line", "name"), MISFITS.values(), ids=MISFITS)
def test_parameters_that_do_not_fit_are_told_by_name(line, name):
    """In hidden checks the student's own names stay untold."""
    mine = trial("multi_head_attention")
    init = "self.W_o = nn.Linear(d_model, d_model)\n"
    source = mine.exercise.solution_source
    assert init in source
    report = mine.written(source.replace(init, f"{init}        {line}\n"))
    told_publicly = [e.finding for r in report.results if not r.hidden for e in r.explanations]
    assert any(name in finding.fr and name in finding.en for finding in told_publicly)
    assert report.fraction == 0.0
