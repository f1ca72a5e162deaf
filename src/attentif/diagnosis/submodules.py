"""Which sub-module of a class diverges first: the outputs of named sub-modules, the student's against the reference's.

The weights are the same on both sides, so a sub-module whose output differs was fed otherwise, or is made otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from attentif.exercises.exercise import Function, Output
from attentif.references.compare import same_answer
from attentif.references.outcome import Trace
from attentif.reports.explanation import Explanation
from attentif.words.text import Text


@dataclass(frozen=True)
class Divergence:
    """``name`` is the first sub-module to differ (empty: none does, what follows them is wrong); ``how`` it differs."""

    name: str
    how: str


def divergence(mine: Trace, theirs: Trace, function: Function) -> Divergence:
    """The first difference, in the order in which the reference runs its sub-modules. Repeated calls count apart."""
    one = Function(function.name, function.signature, (Output("output"),), rtol=function.rtol, atol=function.atol)
    found: dict[str, list[Any]] = {}
    for name, value in mine:
        found.setdefault(name, []).append(value)
    for name, wanted in theirs:
        if not found.get(name):
            return Divergence(name, "not called")
        if not same_answer(found[name].pop(0), wanted, one):
            return Divergence(name, "differs")
    again = next((name for name, values in found.items() if values and any(n == name for n, _ in theirs)), "")
    return Divergence(again, "called again") if again else Divergence("", "after")


def divergence_explanation(function: Function, found: Divergence, before: Sequence[str]) -> Explanation:
    """What the student reads; ``before`` are the sub-modules that agree."""
    name = found.name
    right = ", ".join(f"`{n}`" for n in before)
    so_far = Text(f"{right} : sorties justes. " if right else "", f"{right}: right outputs. " if right else "")
    finding = {
        "differs": Text(
            f"{so_far.fr}La première sortie qui diffère est celle de `{name}`.",
            f"{so_far.en}The first output that differs is that of `{name}`.",
        ),
        "not called": Text(
            f"{so_far.fr}`{name}` n'est jamais appelé là où on l'attend.",
            f"{so_far.en}`{name}` is never called where it is expected.",
        ),
        "called again": Text(f"`{name}` est appelé une fois de trop.", f"`{name}` is called once too often."),
        "after": Text(
            "Tous vos sous-modules rendent ce qu'il faut : c'est ce que vous faites ensuite de leurs sorties qui "
            "n'est pas juste.",
            "All your sub-modules give what they must: what you do with their outputs afterwards is not right.",
        ),
    }[found.how]
    return Explanation(
        finding,
        None,
        Text(
            "Ses poids sont ceux qu'on lui a donnés : c'est ce qui y entre, ou la façon dont il est construit, qu'il "
            "faut revoir.",
            "Its weights are those it was given: what goes in, or the way it is built, is to be looked at.",
        )
        if found.how == "differs"
        else None,
        (
            Text("Relisez `forward` étape par étape.", "Read `forward` again step by step."),
            Text(
                "Affichez la forme et quelques valeurs à l'entrée et à la sortie de cette étape.",
                "Print the shape and a few values before and after that step.",
            ),
            Text(
                f"Comparez ce que vous donnez à `{name}` avec la formule de l'énoncé."
                if name
                else "Comparez vos dernières lignes (résidus, concaténation, return) avec la formule de l'énoncé.",
                f"Compare what you give to `{name}` with the statement's formula."
                if name
                else "Compare your last lines (residuals, concatenation, return) with the statement's formula.",
            ),
        ),
        f"module:{name or 'after'}",
        function.name,
    )
