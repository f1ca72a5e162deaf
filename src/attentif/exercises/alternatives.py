"""Answers other than the reference, as their author writes them: edits of the reference, or whole implementations.

    MISTAKES = (
        mistake("missing_scale", edit(" / math.sqrt(Q.size(-1))", "")),
        mistake("by_rows", defines={"softmax": softmax_by_rows}),
    )
    EQUIVALENTS = (equivalent("in_place", edit("x = x - m", "x -= m")),)

Edits are applied to the source of the reference's functions and compiled in its module's names, besides what a
notebook's first cell imports.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.edits import Change, Edit, EditBroken, apply, changed_names, composed, definitions, located
from attentif.exercises.exercise import Equivalent, Exercise, Misconception, Variant
from attentif.words.text import Words


class AlternativeBroken(Exception):
    """A mistake or an equivalent that cannot be made as it is written; the text says which and why."""


LIBRARIES = {"math": math, "np": np, "torch": torch, "F": F, "nn": nn}


@dataclass(frozen=True)
class Alternative:
    """Another answer: ``edits`` of the reference, or what it ``defines`` itself with the helpers that this ``uses``.
    ``shown_by`` are helpers of the notebook whose cases, handed the answer, show it."""

    name: str
    edits: tuple[Edit, ...] = ()
    defines: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    uses: tuple[Any, ...] = ()
    shown_by: tuple[Callable[..., Any], ...] = ()
    convention: bool = False

    def __post_init__(self) -> None:
        if bool(self.edits) == bool(self.defines):
            raise AlternativeBroken(f"{self.name}: either edits or whole implementations, one of the two")


def mistake(
    name: str,
    *edits: Edit,
    defines: Mapping[str, Callable[..., Any]] | None = None,
    uses: Sequence[Any] = (),
    shown_by: Sequence[Callable[..., Any]] = (),
    convention: bool = False,
) -> Alternative:
    """A wrong answer that deserves a name; ``convention``: right elsewhere, under another convention. ``shown_by``:
    the helpers of the notebook that are asked about it (``Ref``), where no case calls the answer itself."""
    return Alternative(name, edits, defines or {}, tuple(uses), tuple(shown_by), convention)


def equivalent(
    name: str,
    *edits: Edit,
    defines: Mapping[str, Callable[..., Any]] | None = None,
    uses: Sequence[Any] = (),
    shown_by: Sequence[Callable[..., Any]] = (),
) -> Alternative:
    """Another way of being right; ``shown_by`` as for a mistake."""
    return Alternative(name, edits, defines or {}, tuple(uses), tuple(shown_by))


def completed(
    exercise: Exercise, mistakes: Sequence[Alternative], equivalents: Sequence[Alternative], words: Mapping[str, Words]
) -> Exercise:
    """The exercise with its mistakes, each with its words, and its equivalents. Raises AlternativeBroken, with the name
    of the answer, if an edit does not apply, and where names and words do not match."""
    names = [each.name for each in mistakes]
    for name in sorted(set(names) ^ set(words)):
        why = "has words but is no mistake" if name in words else "has no words"
        raise AlternativeBroken(f"{name} {why}")
    named = ((each, words[each.name]) for each in mistakes)
    return replace(
        exercise,
        misconceptions=tuple(
            Misconception(
                **vars(variant_of(exercise, each)),
                finding=said.finding,
                consequence=said.consequence,
                hints=said.hints,
                convention=each.convention,
            )
            for each, said in named
        ),
        equivalents=tuple(Equivalent(**vars(variant_of(exercise, each))) for each in equivalents),
    )


def variant_of(exercise: Exercise, written: Alternative) -> Variant:
    """What the exercise's functions are in this answer. Raises AlternativeBroken."""
    asking = {helper.__name__: helper for helper in written.shown_by}
    if written.defines:
        return Variant(written.name, {**written.defines, **asking}, written.uses)
    try:
        made = edited(exercise, written.name, located(exercise.solution_source, written.edits))
    except EditBroken as error:
        raise AlternativeBroken(f"{written.name}: {error}") from None
    return replace(made, defines={**made.defines, **asking})


def both(one: Variant, other: Variant) -> list[Change] | None:
    """The changes of both, in order; None if one is not made by edits, or if they overlap."""
    return composed(one.changes, other.changes) if one.changes and other.changes else None


def compose(exercise: Exercise, name: str, one: Variant, other: Variant) -> Variant | None:
    """The answer that makes the edits of both; None if they do not go together, or not as Python."""
    changes = both(one, other)
    try:
        return edited(exercise, name, changes) if changes else None
    except EditBroken:
        return None


def edited(exercise: Exercise, name: str, changes: Sequence[Change]) -> Variant:
    """The reference with the changes made. Raises EditBroken if what comes out is no Python or changes no answer."""
    source = exercise.solution_source
    text = apply(source, changes)
    after = definitions(text)
    own = {function: item.__name__ for function, item in exercise.reference.items()}
    changed = changed_names(definitions(source), after, set(own.values()))
    answers = {function: name for function, name in own.items() if name in changed}
    if not answers:
        raise EditBroken("no function of the exercise is changed")
    names: dict[str, Any] = dict(LIBRARIES)
    for item in exercise.reference.values():
        names.update(vars(sys.modules[item.__module__]))
    exec(compile(text, f"<{exercise.name}: {name}>", "exec", dont_inherit=True), names)
    parts = [part for key, part in after.items() if key in changed]
    parts += [f"{function} = {own}" for function, own in answers.items() if function != own]
    defines = {function: names[own] for function, own in answers.items()}
    return Variant(name, defines, changes=tuple(changes), text="\n\n\n".join(parts) + "\n")
