"""What is said of code that gives two answers to one question."""

from __future__ import annotations

from typing import Literal

from attentif.words.text import Text, Words

Cause = Literal["dropout", "random", "state"]

_CONSEQUENCE = Text(
    "À l'évaluation, les prédictions changeraient d'une fois sur l'autre.",
    "In evaluation, predictions would change from one time to the next.",
)


def two_answers(cause: Cause) -> Words:
    """``cause`` is what was seen: values set to zero and the others enlarged, a random generator used, or neither."""
    if cause == "dropout":
        return Words(
            Text(
                "Deux appels identiques donnent deux réponses : un dropout est actif (des valeurs tirées au hasard "
                "sont mises à zéro, les autres agrandies).",
                "Two identical calls give two answers: a dropout is active (values drawn at random are set to zero, "
                "the others enlarged).",
            ),
            _CONSEQUENCE,
            (
                Text("La formule contient-elle du hasard ?", "Is there chance in the formula?"),
                Text(
                    "F.dropout est actif par défaut (training=True), même dans un modèle en mode eval().",
                    "F.dropout is active by default (training=True), even in a model in eval() mode.",
                ),
                Text("Retirez le dropout de ce calcul.", "Remove the dropout from this computation."),
            ),
        )
    if cause == "random":
        return Words(
            Text(
                "Deux appels identiques donnent deux réponses : votre code tire des nombres au hasard.",
                "Two identical calls give two answers: your code draws random numbers.",
            ),
            _CONSEQUENCE,
            (
                Text("La formule contient-elle du hasard ?", "Is there chance in the formula?"),
                Text(
                    "Une création par rand ou randn, des poids tirés dans la fonction, un mélange, un dropout ?",
                    "A creation by rand or randn, weights drawn in the function, a shuffle, a dropout?",
                ),
                Text(
                    "Ne calculez qu'à partir des arguments ; dans une classe, créez les poids dans `__init__`.",
                    "Compute from the arguments only; in a class, make the weights in `__init__`.",
                ),
            ),
        )
    return Words(
        Text(
            "Deux appels identiques donnent deux réponses.",
            "Two identical calls give two answers.",
        ),
        _CONSEQUENCE,
        (
            Text(
                "Appelez deux fois votre fonction avec les mêmes arguments, et comparez.",
                "Call your function twice with the same arguments, and compare.",
            ),
            Text(
                "Quelque chose est-il gardé d'un appel à l'autre : variable globale, compteur, attribut, argument par "
                "défaut modifiable, entrée modifiée sur place ?",
                "Is something kept from one call to the next: a global variable, a counter, an attribute, a mutable "
                "default argument, an input changed in place?",
            ),
            Text(
                "Créez à chaque appel tout ce que le calcul modifie.",
                "Make anew in each call whatever the computation changes.",
            ),
        ),
    )
