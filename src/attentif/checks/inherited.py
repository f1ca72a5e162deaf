"""Errors that come from an earlier exercise: "right given your `split_heads`"."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from attentif.checks.exercise import Case, Exercise, Function, Given, Text
from attentif.checks.failures import Explanation
from attentif.checks.outcome import Outcome, evaluate
from attentif.remote import errors


def inherited(
    exercise: Exercise, function: Function, cases: Sequence[Case], outcomes: Sequence[Outcome], student: Any
) -> Given | None:
    """The fewest earlier functions whose mistakes explain every case, if that is one choice only: the reference, made
    to call the student's own, gives what the student gives. ``cases`` are as they were drawn."""
    if all(outcome.raised for outcome in outcomes):
        return None
    explaining = [
        given for given in exercise.given if _explains(_namespace(exercise, given, student), function, cases, outcomes)
    ]
    fewest = min((len(given.names) for given in explaining), default=0)
    chosen = [given for given in explaining if len(given.names) == fewest]
    return chosen[0] if len(chosen) == 1 else None


def _namespace(exercise: Exercise, given: Given, student: Any) -> SimpleNamespace | None:
    try:
        functions = [getattr(student, name) for name in given.names]
    except (errors.NameMissing, errors.NotCallable):
        return None
    if not all(callable(function) for function in functions):
        return None
    return SimpleNamespace(**{**vars(exercise.namespace()), **given.written_with(*functions)})


def _explains(
    namespace: SimpleNamespace | None, function: Function, cases: Sequence[Case], outcomes: Sequence[Outcome]
) -> bool:
    return namespace is not None and all(
        outcome.agrees_with(evaluate(case, namespace), function) for case, outcome in zip(cases, outcomes, strict=True)
    )


def inherited_finding(function: Function, given: Given) -> Text:
    """That the function is right, but for what it calls."""
    names = ", ".join(f"`{name}`" for name in given.names)
    your = "votre" if len(given.names) == 1 else "vos"
    return Text(
        f"`{function.name}` est juste étant donné {your} {names} : l'erreur vient d'un exercice précédent.",
        f"`{function.name}` is right given your {names}: the mistake comes from an earlier exercise.",
    )


def inherited_explanation(function: Function, given: Given) -> Explanation:
    """What the student reads when the mistake is an earlier one."""
    names = ", ".join(f"`{name}`" for name in given.names)
    return Explanation(
        inherited_finding(function, given),
        None,
        Text(
            "Rien n'est à changer ici : en corrigeant ce qui est appelé, vous corrigez cet exercice aussi.",
            "Nothing need change here: mend what is called, and this exercise is mended too.",
        ),
        (
            Text("Regardez d'abord ce que votre fonction appelle.", "Look first at what your function calls."),
            Text(f"Revenez aux vérifications de {names}.", f"Go back to the checks of {names}."),
            Text(
                f"Corrigez {names}, puis exécutez de nouveau cette cellule et celle-là.",
                f"Mend {names}, then run that cell and this one again.",
            ),
        ),
        f"inherited:{'+'.join(given.names)}",
        function.name,
    )
