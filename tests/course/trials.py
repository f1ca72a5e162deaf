"""Answers graded in this process, by the exercises' own check files: in one session for each exercise, on one draw."""

from __future__ import annotations

from functools import cache

from courses import ROOT

from attentif.authoring.trial import Trial
from attentif.exercises.course import Course
from attentif.exercises.exercise import Exercise
from attentif.exercises.unlisted import Unlisted
from attentif.references.oracles import load_exercise, load_unlisted
from attentif.reports.results import ExerciseReport

COURSE = Course(ROOT)
EXERCISES = [  # that call functions; others grade files that are handed in
    (a, name)
    for a in COURSE.ateliers()
    for name in COURSE.exercises(a)
    if load_exercise(COURSE.oracle(a, name)).functions
]
NAMES = [name for _, name in EXERCISES]
ATELIER = {name: atelier for atelier, name in EXERCISES}
SEED = 20261124


def exercise_called(name: str) -> Exercise:
    """The exercise of that name."""
    return load_exercise(COURSE.oracle(ATELIER[name], name))


@cache
def trial(name: str) -> Trial:
    """Grades answers to the exercise of that name."""
    return Trial(COURSE, exercise_called(name), SEED)


@cache
def unlisted(name: str) -> dict[str, Unlisted]:
    """The exercise's wrong answers that have no name, by their labels."""
    loaded = load_unlisted(COURSE.oracle(ATELIER[name], name))
    found = {wrong.label: wrong for wrong in loaded}
    assert len(found) == len(loaded), f"{name}: two unlisted answers have one label"
    return found


@cache
def unlisted_report(name: str, label: str) -> ExerciseReport:
    """What one of them gets, graded once for all tests that ask."""
    wrong = unlisted(name)[label]
    return trial(name).defined({wrong.answer: wrong.implementation})


@cache
def solution_report(name: str) -> ExerciseReport:
    """What the solution gets, graded once for all tests that ask."""
    return trial(name).written(exercise_called(name).solution_source)
