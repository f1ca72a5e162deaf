"""A score depends on the answer alone: hidden checks say the same of it, and call it the same, at every seed.

By default twenty seeds for one listed mistake of each exercise and for the mistakes by kind. With
``ATTENTIF_EVERY_ANSWER=1`` also for every other misconception, equivalent and unlisted mistake of the course.
"""

import os
from collections import Counter
from functools import lru_cache

import pytest
from course.by_kind import BY_KIND, NAN, inputs_changed, spoiled, three_decimals
from course.test_exercises import COURSE, EXERCISES
from course.test_unlisted import UNLISTED

from attentif.authoring.trial import Trial
from attentif.references.oracles import load_exercise

SEEDS = range(2026, 2046)
EVERYTHING = bool(os.environ.get("ATTENTIF_EVERY_ANSWER"))
ATELIER = {name: atelier for atelier, name in EXERCISES}


def oracle(name):
    return load_exercise(COURSE.oracle(ATELIER[name], name))


@lru_cache(maxsize=2 * len(SEEDS))
def trial(exercise, seed, public):
    return Trial(COURSE, oracle(exercise), seed, public=public)


def graded(exercise, defines, seed, *, public):
    """The report on the solution with these objects in its place, by hidden checks, and public ones if asked for."""
    return trial(exercise, seed, public).defined(defines)


def listed(exercise):
    return [(exercise.name, m.name, m.defines) for m in (*exercise.misconceptions, *exercise.equivalents)]


def answers():
    """(exercise, label, what goes over the solution), exercise by exercise."""
    found = [(w.exercise, w.label, w.defines) for w in BY_KIND]
    for _, name in EXERCISES:
        everything = listed(oracle(name))
        found += everything if EVERYTHING else everything[:1]
    found += [(name, u.label, {u.answer: u.implementation}) for _, name, u in UNLISTED] if EVERYTHING else []
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
        report = graded(exercise, defines, seed, public=False)
        names = () if label in BORDERLINE else report.diagnoses
        found[tuple((r.test, r.verdict.value) for r in report.results), frozenset(names)] += 1
    assert len(found) == 1, [
        ([test for test, verdict in verdicts if verdict == "failed"], set(names), count)
        for (verdicts, names), count in found.items()
    ]


@pytest.mark.parametrize("wrong", BY_KIND, ids=[w.label for w in BY_KIND])
def test_each_kind_of_mistake_loses_points_and_gets_its_name_or_none(wrong):
    report = graded(wrong.exercise, wrong.defines, SEEDS[0], public=True)
    assert report.fraction < 1.0
    told = " ".join(e.finding.fr for r in report.results for e in r.explanations)
    unnamed_nan = wrong.expected == NAN and not report.diagnoses and "NaN" in told  # said first, with or without a name
    assert set(report.diagnoses) == wrong.expected or unnamed_nan


def functions_of(exercise, *without):
    """The names that the student defines, but for these."""
    return [f.name for f in exercise.functions if f.name not in {p.__name__ for p in exercise.provided} | set(without)]


WITHOUT_ARRAYS = ("score_variance", "causal_mask", "attention_cost")
GIVEN_ARRAYS = [(n, f) for _, n in EXERCISES for f in functions_of(oracle(n), *WITHOUT_ARRAYS) if oracle(n).public()]


@pytest.mark.parametrize(("exercise", "function"), GIVEN_ARRAYS)
def test_an_input_that_is_changed_is_seen_at_home_and_in_grading(exercise, function):
    """Whichever input it is: what statements forbid must not wait for hidden checks to be said."""
    for last in (False, True):
        changing = spoiled(oracle(exercise).reference[function], lambda right, last=last: inputs_changed(right, last))
        report = graded(exercise, {function: changing}, SEEDS[0], public=True)
        assert {r.hidden for r in report.results if r.verdict.value == "failed"} == {True, False}


def gives_floats(function, exercise):
    outputs = {f.name: f.outputs for f in exercise.functions}[function]
    return any(output.compare == "close" for output in outputs)


WHOLE = ("score_variance", "attention_cost", "shift_right", "copy_query", "average_query")  # or free
FLOATS = [(n, f) for _, n in EXERCISES for f in functions_of(oracle(n), *WHOLE) if gives_floats(f, oracle(n))]


@pytest.mark.parametrize(("exercise", "function"), FLOATS)
def test_an_answer_rounded_to_three_decimals_is_wrong(exercise, function):
    report = graded(
        exercise, {function: spoiled(oracle(exercise).reference[function], three_decimals)}, SEEDS[0], public=True
    )
    assert report.fraction < 1.0
