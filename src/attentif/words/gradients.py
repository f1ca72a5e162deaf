"""What is said of a wrong gradient."""

from __future__ import annotations

from typing import Literal

from attentif.words.not_finite import hints as not_finite_hints
from attentif.words.text import Text, Words

Kind = Literal["zero", "not finite", "small gap", "other"]


def wrong_gradient(function: str, name: str, kind: Kind) -> Words:
    """With respect to ``name``, through ``function``. ``kind``: "zero" where it is null throughout and should not."""
    fr = f"Le gradient par rapport à « {name} » à travers `{function}`"
    en = f"The gradient with respect to `{name}` through `{function}`"
    if kind == "zero":
        return Words(
            Text(f"{fr} est nul partout : le graphe est coupé.", f"{en} is zero throughout: the graph is cut."),
            Text(
                "Les valeurs sont bonnes mais rien de ce qui précède n'apprendrait.",
                "The values are right but nothing before would learn.",
            ),
            (
                Text("Par où le gradient passe-t-il ?", "Which way does the gradient go?"),
                Text(
                    "`.detach()`, `.item()`, `.data`, `torch.no_grad()`, `torch.tensor(…)` et un passage par NumPy "
                    "coupent le graphe.",
                    "`.detach()`, `.item()`, `.data`, `torch.no_grad()`, `torch.tensor(…)` and a detour through NumPy "
                    "cut the graph.",
                ),
                Text(
                    "Affichez `.requires_grad` après chaque ligne : la première qui dit False est la bonne.",
                    "Print `.requires_grad` after each line: the first that says False is the one.",
                ),
            ),
        )
    if kind == "not finite":
        return Words(
            Text(f"{fr} contient des NaN ou des infinis.", f"{en} holds NaN or infinities."),
            Text(
                "Les valeurs sont bonnes, mais une seule étape d'apprentissage mettrait des NaN dans les paramètres.",
                "The values are right, but a single step of training would put NaN into the parameters.",
            ),
            not_finite_hints(),
        )
    if kind == "small gap":
        return Words(
            Text(
                f"{fr} est presque le bon : l'écart est petit, mais l'arrondi ne l'explique pas.",
                f"{en} is nearly right: the gap is small, but rounding does not explain it.",
            ),
            Text(
                "Le graphe n'est pas coupé : c'est un petit terme du calcul qui diffère.",
                "The graph is not cut: a small term of the computation differs.",
            ),
            (
                Text("Quelque chose de petit s'ajoute-t-il au calcul ?", "Is something small added?"),
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
    return Words(
        Text(f"{fr} n'est pas le bon.", f"{en} is not the right one."),
        Text(
            "L'apprentissage partirait dans une autre direction que celle de la formule.",
            "Training would go another way than the formula's.",
        ),
        (
            Text(
                "Vos valeurs et leur gradient viennent-ils du même calcul, d'un bout à l'autre ?",
                "Do your values and their gradient come from the same computation, from end to end?",
            ),
            Text(
                "Une partie du calcul passe-t-elle hors du graphe, ou y compte-t-elle deux fois ?",
                "Does a part of the computation leave the graph, or count twice in it?",
            ),
            Text(
                "Dérivez à la main un cas à un seul nombre, et comparez à `.grad`.",
                "Differentiate a case of a single number by hand, and compare with `.grad`.",
            ),
        ),
    )
