"""What is said of an answer that is wrong by little."""

from __future__ import annotations

from attentif.words.text import Text, Words


def small_gap(module: str = "") -> Words:
    """``module``: the sub-module in whose output the gap begins, empty if that is not known."""
    begins = Text("", "")
    if module:
        begins = Text(f" Il commence à la sortie de `{module}`.", f" It begins in the output of `{module}`.")
    return Words(
        Text(
            f"L'écart est petit : vos valeurs sont presque celles attendues, mais l'arrondi ne l'explique pas."
            f"{begins.fr}",
            f"The gap is small: your values are nearly the expected ones, but rounding does not explain it.{begins.en}",
        ),
        Text(
            "La structure du calcul est sans doute la bonne ; un petit terme ne l'est pas.",
            "The structure of the computation is probably right; a small term is not.",
        ),
        (
            Text(
                "Quelque chose de petit s'ajoute-t-il à votre calcul, ou y manque-t-il ?",
                "Is something small added to your computation, or missing from it?",
            ),
            Text(
                "Un ε dans une racine ou au dénominateur, une constante approchée, un calcul en simple précision ?",
                "An ε in a root or a denominator, an approximate constant, a computation in single precision?",
            ),
            Text(
                "Comparez chaque constante de votre code à celle de l'énoncé, sa place comprise.",
                "Compare each constant of your code with the statement's, its place included.",
            ),
        ),
    )
