"""Proving an exercise before students meet it: the reference is right, every mistake is seen, none is confused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from attentif.diagnosis.properties import DECLARED
from attentif.exercises.exercise import Case, Equivalent, Exercise, Function, Misconception, Variant
from attentif.references.candidates import Candidate
from attentif.references.compare import compare, to_numpy
from attentif.references.oracles import OracleReference, key_of
from attentif.references.outcome import Outcome, evaluate
from attentif.words.text import Text


@dataclass
class Verification:
    """What was found about one exercise. ``separation`` is, for each misconception, the largest relative distance
    between its answers and the right ones over the cases of one grading, at its smallest over all seeds. ``pairs`` are
    the pairs of misconceptions that can be named; ``untold`` says, for each of the others, what it cannot be told
    from."""

    exercise: str
    problems: list[str] = field(default_factory=list)
    separation: dict[str, float] = field(default_factory=dict)
    rounding: float = 0.0
    equivalents: int = 0
    pairs: set[str] = field(default_factory=set)
    untold: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(exercise: Exercise, seeds: Sequence[int] = (0, 1, 2), draws: int = 3) -> Verification:
    """Checks reference against independent oracle, equivalents, misconceptions and their distinctness, on the
    public cases and on ``draws`` draws of each seed."""
    found = Verification(exercise.name, equivalents=len(exercise.equivalents))
    public = exercise.public()
    _check_rightful(exercise, public, found)
    for seed in seeds:
        cases = exercise.draws(seed, draws)
        _check_rightful(exercise, cases, found)
        _check_misconceptions(exercise, cases, found)
    _check_pairs(exercise, exercise.draws(seeds[0], draws) if seeds else public, found)
    _check_words(exercise, found)
    _check_names(exercise, public, found)
    _check_properties(exercise, found)
    return found


def _check_rightful(exercise: Exercise, cases: Sequence[Case], found: Verification) -> None:
    """The reference agrees with the independent oracle and with every equivalent."""
    reference = OracleReference(exercise, cases)
    rivals: list[tuple[str, Variant]] = [("independent oracle", Variant("independent", exercise.independent))]
    rivals += [(f"equivalent {e.name}", e) for e in exercise.equivalents]
    for label, variant in rivals:
        namespace = exercise.namespace(variant)
        for case in cases:
            if case.call.target not in variant.defines:
                continue
            function = exercise.function(case.call.target)
            outcome = evaluate(case, namespace)
            if outcome.raised:
                found.problems.append(f"{label} raises {outcome.raised} on {case.name}")
                continue
            wanted = reference.expected(case)
            mismatch = compare(outcome.value, wanted, function)
            if mismatch:
                found.problems.append(f"{label} differs on {case.name}: {mismatch.detail.en}")
            else:
                free_sign = any(output.compare == "up_to_sign" for output in function.outputs)
                if not free_sign and not case.observe:
                    found.rounding = max(found.rounding, distance(outcome, Outcome(wanted)))


def _check_misconceptions(exercise: Exercise, cases: Sequence[Case], found: Verification) -> None:
    """Every misconception is wrong somewhere, and no two wrong ones about one function agree everywhere.

    A misconception may be right in one of the functions it defines (values right, gradients or memory wrong) as long
    as another shows it: no diagnosis is asked about a right answer.
    """
    reference = OracleReference(exercise, cases)
    seen: set[str] = set()
    gaps: dict[str, float] = {}
    for function in exercise.functions:
        mine = [case for case in cases if case.call.target == function.name]
        concerned = [m for m in exercise.misconceptions if function.name in m.defines]
        right = [Outcome(reference.expected(case)) for case in mine]
        outcomes = {m.name: [evaluate(case, exercise.namespace(m)) for case in mine] for m in concerned}
        wrong = {name: answers for name, answers in outcomes.items() if not _agree(answers, right, function)}
        seen.update(wrong)
        for name, answers in outcomes.items():
            gap = max((distance(a, b) for a, b in zip(answers, right, strict=True)), default=0.0)
            gaps[name] = max(gaps.get(name, 0.0), gap)
        for (first, a), (second, b) in combinations(wrong.items(), 2):
            if _agree(a, b, function):
                found.problems.append(f"misconceptions {first} and {second} give the same ({function.name})")
    for m in exercise.misconceptions:
        if m.name not in seen:
            found.problems.append(f"misconception {m.name} cannot be told from the reference")
    for name, gap in gaps.items():
        found.separation[name] = min(found.separation.get(name, np.inf), gap)


def _check_pairs(exercise: Exercise, cases: Sequence[Case], found: Verification) -> None:
    """Which pairs of mistakes can be told: from the right answer, from each mistake alone, and from other pairs."""
    reference = OracleReference(exercise, cases)
    for function in exercise.functions:
        mine = [case for case in cases if case.call.target == function.name]
        right = Candidate("the right answer", *_NO_WORDS, lambda case: Outcome(reference.expected(case)))
        known = [right, *reference.candidates(function.name)]
        for pair in reference.pairs(function.name):
            like = next((other for other in known if _same(pair, other, mine, function)), None)
            known.append(pair)
            if like is None:
                found.pairs.add(pair.name)
            else:
                found.untold[pair.name] = like.name
                if like.name in found.pairs:  # neither of two that are the same
                    found.pairs.remove(like.name)
                    found.untold[like.name] = pair.name


_NO_WORDS = (Text("", ""), Text("", ""), ())


def _same(one: Candidate, other: Candidate, cases: Sequence[Case], function: Function) -> bool:
    return all(one.outcome(case).agrees_with(other.outcome(case), function) for case in cases)


def _agree(one: Sequence[Outcome], other: Sequence[Outcome], function: Function) -> bool:
    return all(a.agrees_with(b, function) for a, b in zip(one, other, strict=True))


def distance(one: Outcome, other: Outcome) -> float:
    """Largest absolute difference over the largest absolute right value; infinite for another shape or an error."""
    if one.raised or other.raised:
        return 0.0 if one.raised == other.raised else np.inf
    return max((_array_distance(a, b) for a, b in _leaves(one.value, other.value)), default=0.0)


def _leaves(one: Any, other: Any) -> list[tuple[Any, Any]]:
    if isinstance(other, (tuple, list)):
        if not isinstance(one, (tuple, list)) or len(one) != len(other):
            return [(None, 0.0)]
        return [pair for a, b in zip(one, other, strict=True) for pair in _leaves(a, b)]
    if isinstance(other, dict):
        if not isinstance(one, dict):
            return [(None, 0.0)]
        return [pair for key, b in other.items() for pair in _leaves(one.get(key), b)]
    return [(one, other)]


def _array_distance(one: Any, other: Any) -> float:
    a, b = to_numpy(one), to_numpy(other)
    if a is None and b is None and type(one) is type(other):  # bytes, text
        return 0.0 if one == other else np.inf
    if a is None or b is None or a.shape != b.shape:
        return np.inf
    if not b.size:
        return 0.0
    with np.errstate(all="ignore"):
        same = (a == b) | ((a != a) & (b != b))
        gap = np.where(same, 0.0, np.abs(a.astype(np.complex128) - b.astype(np.complex128)))
        scale = np.nanmax(np.where(np.isfinite(b.astype(np.complex128)), np.abs(b), 0.0)) or 1.0
        return float(np.nan_to_num(gap, nan=np.inf).max() / scale)


def _check_words(exercise: Exercise, found: Verification) -> None:
    for misconception in exercise.misconceptions:
        texts = (misconception.finding, misconception.consequence, *misconception.hints)
        if len(misconception.hints) != 3 or not all(t.fr.strip() and t.en.strip() for t in texts):
            found.problems.append(
                f"misconception {misconception.name}: finding, consequence and three hints, fr and en"
            )
    for kind in (Misconception, Equivalent):
        names = [v.name for v in (*exercise.misconceptions, *exercise.equivalents) if isinstance(v, kind)]
        if len(set(names)) != len(names):
            found.problems.append(f"two {kind.__name__.lower()}s have the same name")


def _check_properties(exercise: Exercise, found: Verification) -> None:
    """Each property that an output declares is one that can be told."""
    for function in exercise.functions:
        for output in function.outputs:
            for name in set(output.properties) - set(DECLARED):
                found.problems.append(f"{function.name}: no property {name}; there are {', '.join(DECLARED)}")


def _check_names(exercise: Exercise, public: Sequence[Case], found: Verification) -> None:
    for cases, kind in ((public, "public"), (exercise.draws(0, 1), "drawn")):
        keys = [key_of(case) for case in cases]
        if len(set(keys)) != len(keys):
            found.problems.append(f"two {kind} cases of one function have the same name")
    if any(case.observe for case in public):
        found.problems.append("a public case has `observe`: its file could not hold it")
