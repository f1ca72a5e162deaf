"""What is said of an error that comes from an earlier exercise: "right given your `split_heads`"."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.text import Text, Words


def right_given(function: str, names: Sequence[str]) -> Text:
    """That the function is right, but for what it calls."""
    called, your = _quoted(names), "votre" if len(names) == 1 else "vos"
    return Text(
        f"`{function}` est juste étant donné {your} {called} : l'erreur vient d'un exercice précédent.",
        f"`{function}` is right given your {called}: the mistake comes from an earlier exercise.",
    )


def inherited(function: str, names: Sequence[str]) -> Words:
    """The mistake is in earlier functions, and there alone."""
    called = _quoted(names)
    return Words(
        right_given(function, names),
        Text(
            "Rien n'est à changer ici : en corrigeant ce qui est appelé, vous corrigez cet exercice aussi.",
            "Nothing need change here: mend what is called, and this exercise is mended too.",
        ),
        (
            Text("Regardez d'abord ce que votre fonction appelle.", "Look first at what your function calls."),
            Text(f"Revenez aux vérifications de {called}.", f"Go back to the checks of {called}."),
            Text(
                f"Corrigez {called}, puis exécutez de nouveau cette cellule et celle-là.",
                f"Mend {called}, then run that cell and this one again.",
            ),
        ),
    )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
