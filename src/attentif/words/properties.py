"""What is said of an answer that lacks a property, and the next step where nothing else is known."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.text import Text, Words

_FINDINGS = {
    "causal": Text(
        "l'avenir n'est pas caché : une position reçoit quelque chose de celles qui la suivent",
        "the future is not hidden: a position gets something from those after it",
    ),
    "zero_where_hidden": Text(
        "des valeurs qui doivent être exactement nulles ne le sont pas",
        "values that must be exactly zero are not",
    ),
    "nonnegative": Text(
        "il s'y trouve des valeurs négatives, et il ne peut pas y en avoir",
        "there are negative values, and there cannot be any",
    ),
    "rows_sum_to_one": Text("les lignes (dernier axe) ne somment pas à 1", "the rows (last axis) do not sum to 1"),
    "rows_sum_to_zero": Text("les lignes (dernier axe) ne somment pas à 0", "the rows (last axis) do not sum to 0"),
    "at_most_one": Text(
        "il s'y trouve des valeurs plus grandes que 1, et il ne peut pas y en avoir",
        "there are values greater than 1, and there cannot be any",
    ),
    "unit_rows": Text(
        "les lignes (dernier axe) ne sont pas de norme 1", "the rows (last axis) do not have a norm of 1"
    ),
    "symmetric": Text("la matrice n'est pas symétrique", "the matrix is not symmetric"),
    "decreasing": Text(
        "les valeurs ne sont pas rangées de la plus grande à la plus petite",
        "the values are not sorted from the largest to the smallest",
    ),
    "all_zero": Text("il n'y a que des zéros", "there are only zeros"),
    "constant": Text("toutes les valeurs sont les mêmes", "all values are the same"),
    "rows_equal": Text(
        "toutes les lignes (avant-dernier axe) sont les mêmes", "all rows (last axis but one) are the same"
    ),
}
_NEXT = {
    "causal": Text("Où le masque s'applique-t-il, et de quel côté ?", "Where is the mask applied, and on which side?"),
    "zero_where_hidden": Text(
        "Le masque agit-il avant le softmax, sur le bon axe ?", "Does the mask act before the softmax, on that axis?"
    ),
    "nonnegative": Text(
        "Quelle opération de la formule rend tout positif ?", "Which operation of the formula makes all positive?"
    ),
    "rows_sum_to_one": Text(
        "Sur quel axe la normalisation porte-t-elle, et que change-t-on après elle ?",
        "Along which axis does the normalisation go, and what is changed after it?",
    ),
    "rows_sum_to_zero": Text(
        "Quel terme de la formule retire à chaque ligne sa somme ?",
        "Which term of the formula takes from each row its sum?",
    ),
    "at_most_one": Text("Que manque-t-il au dénominateur ?", "What is missing from the denominator?"),
    "unit_rows": Text(
        "Sur quel axe la norme est-elle prise, et divise-t-on par elle ou par son carré ?",
        "Along which axis is the norm taken, and is it the norm or its square that divides?",
    ),
    "symmetric": Text(
        "Échangez les deux arguments à la main : que change votre formule ?",
        "Swap the two arguments by hand: what does your formula change?",
    ),
    "decreasing": Text("Dans quel ordre l'énoncé les veut-il ?", "In which order does the statement want them?"),
    "all_zero": Text(
        "Votre résultat est-il rempli après sa création, et renvoyé ?",
        "Is your result filled after it is created, and returned?",
    ),
    "constant": Text(
        "De quelles entrées votre résultat dépend-il encore ?", "Which inputs does your result still depend on?"
    ),
    "rows_equal": Text(
        "Une moyenne ou une somme a-t-elle emporté l'axe des lignes ?",
        "Has a mean or a sum taken the axis of rows away?",
    ),
}


def lacking(name: str, output: str) -> Words:
    """``output`` is the name of the output concerned, empty where there is but one."""
    found, following = _FINDINGS[name], _NEXT[name]
    where = Text(f"« {output} »", f"`{output}`") if output else Text("Votre sortie", "Your output")
    first, _, third = next_steps()
    return Words(
        Text(f"{where.fr} : {found.fr}.", f"{where.en}: {found.en}."),
        Text(
            "C'est ce qui se voit d'abord ; d'autres écarts peuvent s'y cacher.",
            "This is what shows first; other differences may hide behind it.",
        ),
        (following, first, third),
    )


def only_some(right: Sequence[str], wrong: Sequence[str]) -> Words:
    """Some outputs are right, others are not."""
    fr, en = " et ".join(f"« {n} »" for n in right), " and ".join(f"`{n}`" for n in right)
    not_fr, not_en = " et ".join(f"« {n} »" for n in wrong), " and ".join(f"`{n}`" for n in wrong)
    are = "est juste" if len(right) == 1 else "sont justes", "is" if len(right) == 1 else "are"
    not_are = "ne l'est pas" if len(wrong) == 1 else "ne le sont pas", "is" if len(wrong) == 1 else "are"
    return Words(
        Text(f"{fr} {are[0]} ; {not_fr} {not_are[0]}.", f"{en} {are[1]} right; {not_en} {not_are[1]} not."),
        Text(
            "L'erreur est dans ce qui ne sert qu'à ce qui est faux.",
            "The mistake is in what is of use only to what is wrong.",
        ),
        next_steps(),
    )


def next_steps() -> tuple[Text, Text, Text]:
    """What helps whatever the mistake."""
    return (
        Text(
            "Prenez l'exemple de l'énoncé, ou le plus petit cas que vous puissiez écrire, et calculez-le à la main.",
            "Take the statement's example, or the smallest case that you can write, and compute it by hand.",
        ),
        Text(
            "Affichez la forme de chaque valeur intermédiaire, et comparez-la à celle de la formule.",
            "Print the shape of each intermediate value, and compare it with the formula's.",
        ),
        Text(
            "Comparez ces valeurs à votre calcul, ligne après ligne : la première qui diffère désigne la ligne à "
            "corriger.",
            "Compare these values with your computation, line after line: the first that differs is the line to mend.",
        ),
    )


def shape_steps() -> tuple[Text, Text]:
    """What helps where a shape is wrong."""
    return (
        Text(
            "Affichez `.shape` après chaque ligne : à laquelle la forme n'est-elle plus celle de la formule ?",
            "Print `.shape` after each line: after which one is it no longer that of the formula?",
        ),
        Text(
            "Une transposition, un `keepdim`, un `unsqueeze` ou un axe de somme change la forme sans erreur.",
            "A transpose, a `keepdim`, an `unsqueeze` or an axis of a sum changes the shape without an error.",
        ),
    )


def yours(number: float) -> Text:
    """The number that a student's answer has in the place of the right one."""
    return Text(f"Chez vous : {number:.4g}.", f"Yours: {number:.4g}.")
