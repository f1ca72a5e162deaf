"""What is said of an answer to a micro-question, beside the reasons that its author wrote."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.text import Text

UNANSWERED = Text(
    "Pas encore de réponse : donnez une valeur à `reponse` dans la cellule au-dessus, puis exécutez-la.",
    "No answer yet: give `reponse` a value in the cell above, then run it.",
)
UNKNOWN_ERROR = Text(
    "Ce n'est pas la bonne valeur, et elle ne vient pas d'une erreur que le cours connaisse.",
    "This is not the right value, and it comes from no error that the course knows.",
)
OPPOSITE = Text("La grandeur est juste, son signe ne l'est pas.", "The size is right, its sign is not.")
PERCENT = Text(
    "Les chiffres sont justes, mais cent fois trop grands ou trop petits : un pourcentage à la place d'un nombre, "
    "ou l'inverse ?",
    "The digits are right, but a hundred times too large or too small: a percentage for a number, or the reverse?",
)
REREAD = (
    Text(
        "Écrivez d'abord la formule avec des lettres, remplacez-les ensuite par vos nombres.",
        "Write the formula with letters first, put your numbers in afterwards.",
    ),
    Text("Relisez la cellule de cours juste avant la question.", "Read the cell just before the question again."),
)
COMMA = Text(
    "En Python, la virgule sépare deux valeurs : écrivez `0.5`, avec un point, et non `0,5`.",
    "In Python a comma separates two values: write `0.5`, with a point, not `0,5`.",
)
A_NUMBER = Text("La réponse attendue est un nombre.", "The answer is to be a number.")


def a_list(count: int) -> Text:
    """Several numbers are wanted."""
    return Text(
        f"La réponse attendue est une liste de {count} nombres.", f"The answer is to be a list of {count} numbers."
    )


def a_letter(letters: Sequence[str]) -> Text:
    """A letter is wanted."""
    of = ", ".join(f'"{letter}"' for letter in letters)
    return Text(f"La réponse attendue est une de ces lettres, entre guillemets : {of}.",
                f"The answer is to be one of these letters, in quotes: {of}.")  # fmt: skip


def unknown(name: str, known: Sequence[str]) -> Text:
    """There is no question of that name."""
    return Text(
        f"Aucune question ne s'appelle « {name} » dans ce module ; il y a : {', '.join(known)}.",
        f"No question is called “{name}” in this module; there are: {', '.join(known)}.",
    )
