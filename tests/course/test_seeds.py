"""A score depends on the answer alone: hidden checks say the same of it, and call it the same, at every seed.

By default four seeds for one listed mistake of each exercise and for the mistakes by kind. With
``ATTENTIF_EVERY_ANSWER=1`` twenty, also for every other misconception, equivalent and unlisted mistake of the course.
"""

from collections import Counter
from functools import lru_cache

import pytest
from course.by_kind import BY_KIND, NAN, changeable, inputs_changed, spoiled, three_decimals
from course.trials import COURSE, NAMES, exercise_called, trial, unlisted
from courses import EVERY_ANSWER

from attentif.authoring.trial import Trial

APART_BY = "exercise"

SEEDS = range(2026, 2046 if EVERY_ANSWER else 2030)


@lru_cache(maxsize=2 * len(SEEDS))
def hidden_trial(exercise, seed):
    return Trial(COURSE, exercise_called(exercise), seed, public=False)


def listed(name):
    exercise = exercise_called(name)
    return [(name, m.name, m.defines) for m in (*exercise.misconceptions, *exercise.equivalents)]


def answers():
    """(exercise, label, what goes over the solution), exercise by exercise."""
    found = [(w.exercise, w.label, w.defines) for w in BY_KIND]
    for name in NAMES:
        found += listed(name) if EVERY_ANSWER else listed(name)[:1]
        found += [(name, u.label, {u.answer: u.implementation}) for u in unlisted(name).values() if EVERY_ANSWER]
    return sorted(found, key=lambda answer: answer[0])


ANSWERS = answers()
# What they compute differs from what has a name by about the tolerance: they may bear that name or none.
BORDERLINE = {
    "packed_attention_without_maximum",  # before exponentials are all 0, and give NaN, they lose digits
    "additive_attention_tiny_fill",  # an energy of −10⁻⁹, where `masked_with_zero` has 0
    "scaled_dot_product_attention_bonus_to_hidden",  # +10⁹ here is −10⁹ there, but for rounding
}


@pytest.mark.parametrize(("exercise", "label", "defines"), ANSWERS, ids=[f"{e}-{n}" for e, n, _ in ANSWERS])
def test_the_seed_decides_nothing(exercise, label, defines):
    found = Counter()
    for seed in SEEDS:
        report = hidden_trial(exercise, seed).defined(defines)
        names = () if label in BORDERLINE else report.diagnoses
        found[tuple((r.test, r.verdict.value) for r in report.results), frozenset(names)] += 1
    assert len(found) == 1, [
        ([test for test, verdict in verdicts if verdict == "failed"], set(names), count)
        for (verdicts, names), count in found.items()
    ]


KINDS = [(wrong.exercise, wrong) for wrong in BY_KIND]


@pytest.mark.parametrize(("exercise", "wrong"), KINDS, ids=[w.label for w in BY_KIND])
def test_each_kind_of_mistake_loses_points_and_gets_its_name_or_none(exercise, wrong):
    report = trial(exercise).defined(wrong.defines)
    assert report.fraction < 1.0
    told = " ".join(e.finding.fr for r in report.results for e in r.explanations)
    unnamed_nan = wrong.expected == NAN and not report.diagnoses and "NaN" in told  # said first, with or without a name
    assert set(report.diagnoses) == wrong.expected or unnamed_nan


def functions_of(exercise, *without):
    """The names that the student defines, but for these."""
    return [f.name for f in exercise.functions if f.name not in {p.__name__ for p in exercise.provided} | set(without)]


def can_change_inputs(exercise, function):
    """Whether it is handed an array, a list, a dict or a model: numbers and text cannot change. What has no public case
    may be handed one."""
    calls = [case.call for case in exercise.public() if case.call.target == function]
    return not calls or any(call.probe or changeable(tuple(call.inputs.values())) for call in calls)


MEANT_TO_CHANGE = ("AdamW", "load_checkpoint", "fine_tune")  # parameters, and whatever is loaded into
GIVEN_NUMBERS = ("score_variance",)  # and a generator
HANDED_BACK = ("decay_groups", "optimizer_groups")  # the very parameters that it was given
GIVEN_SOMETHING = [
    (e.name, f)
    for e in map(exercise_called, NAMES)
    for f in functions_of(e, *MEANT_TO_CHANGE, *GIVEN_NUMBERS, *HANDED_BACK)
    if e.public() and can_change_inputs(e, f)
]


@pytest.mark.parametrize(("exercise", "function"), GIVEN_SOMETHING)
def test_an_input_that_is_changed_is_seen_at_home_and_in_grading(exercise, function):
    """Whichever input it is: what statements forbid must not wait for hidden checks to be said."""
    for last in (False, True):
        right = exercise_called(exercise).reference[function]
        changing = spoiled(right, lambda right, last=last: inputs_changed(right, last))
        report = trial(exercise).defined({function: changing})
        assert {r.hidden for r in report.results if r.verdict.value == "failed"} == {True, False}


def gives_floats(function, exercise):
    outputs = {f.name: f.outputs for f in exercise.functions}[function]
    return any(output.compare == "close" for output in outputs)


WHOLE = ("score_variance", "attention_cost", "shift_right", "copy_query", "average_query")  # or free
FLOATS = [(e.name, f) for e in map(exercise_called, NAMES) for f in functions_of(e, *WHOLE) if gives_floats(f, e)]


@pytest.mark.parametrize(("exercise", "function"), FLOATS)
def test_an_answer_rounded_to_three_decimals_is_wrong(exercise, function):
    rounded = spoiled(exercise_called(exercise).reference[function], three_decimals)
    report = trial(exercise).defined({function: rounded})
    assert report.fraction < 1.0
