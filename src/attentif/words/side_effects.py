"""What is said of a call that leaves traces: in what it was given, or from one call to the next."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.text import Text, Words


def changed_in_place(function: str, changed: Sequence[str]) -> Words:
    """Inputs are not what they were before the call."""
    names = ", ".join(f"« {name} »" for name in changed)
    return Words(
        Text(
            f"`{function}` modifie sur place ce qu'on lui donne : {names}.",
            f"`{function}` changes its inputs in place: {', '.join(changed)}.",
        ),
        Text(
            "Qui appelle votre fonction retrouve ses données changées, et le calcul suivant est faux.",
            "Whoever calls your function finds their data changed, and the next computation is wrong.",
        ),
        (
            Text("Cherchez une affectation sur place.", "Look for an in-place assignment."),
            Text(
                "`x -= …`, `x[...] = …`, `x.add_(…)`, `masked_fill_` écrivent dans le tableau reçu.",
                "`x -= …`, `x[...] = …`, `x.add_(…)`, `masked_fill_` write into the array received.",
            ),
            Text("Écrivez `x = x - …` : un nouveau tableau.", "Write `x = x - …`: a new array."),
        ),
    )


def answers_one_time_only(function: str) -> Words:
    """Of two equal calls one raises."""
    return Words(
        Text(
            f"Deux appels identiques de `{function}` n'ont pas la même issue : l'un répond, l'autre s'arrête sur une "
            "erreur.",
            f"Two identical calls of `{function}` end differently: one answers, the other stops with an error.",
        ),
        Text(
            "Ce qu'elle rend dépend alors de ce qui a été appelé avant.",
            "What it returns then depends on what was called before.",
        ),
        (
            Text(
                "Votre fonction garde-t-elle quelque chose d'un appel à l'autre ?",
                "Does your function keep something from one call to the next?",
            ),
        ),
    )
