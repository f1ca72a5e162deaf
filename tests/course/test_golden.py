"""The course produces what it produced when golden/ was last written: every change of it is one that was wanted.

`python -m course.frozen` in tests/ writes golden/ anew; its difference in git is what students will meet.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from course.frozen import (
    GOLDEN,
    RELEASED,
    ROOT,
    frozen_release,
    frozen_tensors,
    frozen_unlisted,
    frozen_variants,
    kept,
)
from course.trials import ATELIER, EXERCISES, NAMES, exercise_called

APART_BY = "exercise"


def differences(before: Any, now: Any, place: str = "") -> Iterator[str]:
    """One line for each value that is not the same: where it stands, what it was, what it is."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in {**before, **now}:
            yield from differences(before.get(key, "(nothing)"), now.get(key, "(nothing)"), f"{place} › {key}")
    elif isinstance(before, list) and isinstance(now, list):
        for number in range(max(len(before), len(now))):
            one, other = (each[number] if number < len(each) else "(nothing)" for each in (before, now))
            yield from differences(one, other, f"{place} › {number}")
    elif before != now:
        yield f"{place.removeprefix(' › ')}: {before!r} has become {now!r}"


def compare(before: Any, now: Any) -> None:
    found = list(differences(before, now))
    assert not found, "\n".join([*found, "if all this is wanted: `python -m course.frozen` in tests/"])


@pytest.mark.parametrize("exercise", NAMES)
class TestExercise:
    def test_public_tensors_are_what_they_were(self, exercise):
        compare(kept(exercise)["public"], frozen_tensors(ATELIER[exercise], exercise))

    def test_unlisted_answers_get_the_score_and_the_names_that_they_got(self, exercise):
        compare(kept(exercise)["unlisted"], frozen_unlisted(exercise))

    def test_misconceptions_lose_points_and_get_the_names_that_they_got(self, exercise):
        """Some of them go through the whole pipeline too, in test_graded_answers.py."""
        now = exercise_called(exercise)
        found = frozen_variants(exercise, now.misconceptions)
        compare(kept(exercise)["mistakes"], found)
        unnamed = [name for name, told in found.items() if told.startswith("100.0") or name not in told.split()]
        assert not unnamed

    def test_equivalents_get_everything(self, exercise):
        now = exercise_called(exercise)
        assert kept(exercise)["solution"] == {"": "100.0"}
        compare({e.name: "100.0" for e in now.equivalents}, kept(exercise)["equivalents"])
        compare(kept(exercise)["equivalents"], frozen_variants(exercise, now.equivalents))


def test_released_notebooks_are_what_they_were():
    before = json.loads((GOLDEN / "releases.json").read_text(encoding="utf-8"))
    compare(before, {path.relative_to(ROOT).as_posix(): frozen_release(path) for path in RELEASED})


def test_golden_holds_the_exercises_there_are():
    assert {(path.parent.name, path.stem) for path in GOLDEN.glob("*/*.json")} == set(EXERCISES)


def test_differences_are_told_by_their_place():
    before, now = {"a": {"b": "1", "c": ["x", "y"]}}, {"a": {"b": "2", "c": ["x"]}, "d": "3"}
    assert list(differences(before, now)) == [
        "a › b: '1' has become '2'",
        "a › c › 1: 'y' has become '(nothing)'",
        "d: '(nothing)' has become '3'",
    ]
