"""Two misconceptions of one function at once, where both are edits of the reference that do not overlap.

Only oracles compose, so pairs are named by hidden checks. A public file does not hold them: there would be dozens of
outcomes for a few listed mistakes, and public checks go regime by regime, where the two are met one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from attentif.exercises.alternatives import both, compose
from attentif.exercises.exercise import Case, Exercise, Misconception, Variant
from attentif.references.candidates import Candidate
from attentif.references.outcome import Outcome
from attentif.words.pairs import two_mistakes
from attentif.words.text import Words

Pair = tuple[Misconception, Misconception]


def pairs_of(exercise: Exercise, function: str) -> Iterator[Pair]:
    """Each pair of misconceptions about ``function`` whose edits go together."""
    concerned = [m for m in exercise.misconceptions if function in m.defines]
    return (pair for pair in combinations(concerned, 2) if both(*pair))


def pair_name(pair: Pair) -> str:
    """What the pair is called in records."""
    return "+".join(m.name for m in pair)


def composed_pair(exercise: Exercise, pair: Pair) -> Variant | None:
    """The reference with both mistakes; None if what comes out is no Python."""
    return compose(exercise, pair_name(pair), *pair)


def pair_candidate(pair: Pair, outcome: Callable[[Case], Outcome]) -> Candidate:
    """The pair as the diagnosis sees it."""
    one, other = pair
    said = two_mistakes(
        Words(one.finding, one.consequence, one.hints), Words(other.finding, other.consequence, other.hints)
    )
    return Candidate(
        pair_name(pair),
        said.finding,
        said.consequence,
        said.hints,
        outcome,
    )
