"""Errors that come from an earlier exercise: "right given your `split_heads`"."""

from __future__ import annotations

from attentif.exercises.exercise import Function, Given
from attentif.reports.explanation import Explanation
from attentif.words.text import Text


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
