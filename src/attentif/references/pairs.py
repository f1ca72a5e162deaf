"""Two misconceptions of one function at once, where the exercise can compose them.

Only oracles compose, so pairs are named by hidden checks. A public file does not hold them: there would be dozens of
outcomes for a few listed mistakes, and public checks go regime by regime, where the two are met one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

from attentif.exercises.exercise import Case, Exercise, Misconception, Variant
from attentif.references.candidates import Candidate
from attentif.references.outcome import Outcome
from attentif.words.text import Text


def pairs_of(exercise: Exercise, function: str) -> Iterator[tuple[tuple[Misconception, Misconception], Variant]]:
    """Each pair of misconceptions about ``function`` that can be composed, with what it computes."""
    if exercise.combined is None:
        return
    concerned = [m for m in exercise.misconceptions if function in m.defines]
    for one, other in combinations(concerned, 2):
        variant = combination(exercise, one.name, other.name)
        if variant is not None and function in variant.defines:
            yield (one, other), variant


def combination(exercise: Exercise, *names: str) -> Variant | None:
    """The exercise's implementations with these mistakes; None if they do not go together."""
    defines: Mapping[str, Callable[..., Any]] | None = (
        exercise.combined(frozenset(names)) if exercise.combined else None
    )
    return None if defines is None else Variant("+".join(names), defines)


def pair_candidate(
    pair: tuple[Misconception, Misconception], name: str, outcome: Callable[[Case], Outcome]
) -> Candidate:
    """The pair as the diagnosis sees it."""
    one, other = pair
    return Candidate(
        name,
        Text(
            f"Deux erreurs se combinent. L'une, prise seule : {one.finding.fr} L'autre : {other.finding.fr}",
            f"Two mistakes are combined. One, taken alone: {one.finding.en} The other: {other.finding.en}",
        ),
        Text(f"{one.consequence.fr} Et : {other.consequence.fr}", f"{one.consequence.en} And: {other.consequence.en}"),
        tuple(Text(f"① {a.fr} ② {b.fr}", f"① {a.en} ② {b.en}") for a, b in zip(one.hints, other.hints, strict=False)),
        outcome,
    )
