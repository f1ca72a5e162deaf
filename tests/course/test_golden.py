"""The course produces what it produced when golden/ was last written: every change of it is one that was wanted.

`python -m course.frozen` in tests/ writes golden/ anew; its difference in git is what students will meet.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from course.frozen import EXERCISES, GOLDEN, RELEASED, ROOT, frozen_exercise, frozen_release, kept_exercise


def differences(kept: Any, now: Any, place: str = "") -> Iterator[str]:
    """One line for each value that is not the same: where it stands, what it was, what it is."""
    if isinstance(kept, dict) and isinstance(now, dict):
        for key in {**kept, **now}:
            yield from differences(kept.get(key, "(nothing)"), now.get(key, "(nothing)"), f"{place} › {key}")
    elif isinstance(kept, list) and isinstance(now, list):
        for number in range(max(len(kept), len(now))):
            one, other = (each[number] if number < len(each) else "(nothing)" for each in (kept, now))
            yield from differences(one, other, f"{place} › {number}")
    elif kept != now:
        yield f"{place.removeprefix(' › ')}: {kept!r} has become {now!r}"


def compare(kept: Any, now: Any) -> None:
    found = list(differences(kept, now))
    assert not found, "\n".join([*found, "if all this is wanted: `python -m course.frozen` in tests/"])


@pytest.mark.parametrize(("atelier", "name"), EXERCISES, ids=[name for _, name in EXERCISES])
def test_answers_get_the_score_and_the_names_that_they_got(atelier, name):
    compare(json.loads(kept_exercise(atelier, name).read_text(encoding="utf-8")), frozen_exercise(atelier, name))


def test_released_notebooks_are_what_they_were():
    kept = json.loads((GOLDEN / "releases.json").read_text(encoding="utf-8"))
    compare(kept, {path.relative_to(ROOT).as_posix(): frozen_release(path) for path in RELEASED})


def test_golden_holds_the_exercises_there_are():
    kept = {(path.parent.name, path.stem) for path in GOLDEN.glob("*/*.json")}
    assert kept == set(EXERCISES)


def test_differences_are_told_by_their_place():
    kept, now = {"a": {"b": "1", "c": ["x", "y"]}}, {"a": {"b": "2", "c": ["x"]}, "d": "3"}
    assert list(differences(kept, now)) == [
        "a › b: '1' has become '2'",
        "a › c › 1: 'y' has become '(nothing)'",
        "d: '(nothing)' has become '3'",
    ]
