"""What the generic detectors say: finding, consequence, three hints; names of axes and symbols, never a size."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from attentif.words.text import Text, Words


@dataclass(frozen=True)
class NamedFactor:
    """A factor with a meaning: ``text`` is how it is written, ``value`` what it is for given sizes, ``symbol`` the name
    of the size that it is made of, if any. ``kind`` is "N" or "1/N" when it is that size itself or its inverse."""

    text: str
    value: Callable[[Mapping[str, int]], float]
    kind: str = ""
    symbol: str = ""


_NUMBERS = {
    "2": 2.0,
    "½": 0.5,
    "3": 3.0,
    "1/3": 1 / 3,
    "4": 4.0,
    "¼": 0.25,
    "10": 10.0,
    "1/10": 0.1,
    "100": 100.0,
    "1/100": 0.01,
    "ln 2": math.log(2),
    "1/ln 2": 1 / math.log(2),
    "√2": math.sqrt(2),
    "1/√2": math.sqrt(0.5),
    "π": math.pi,
    "2π": 2 * math.pi,
}


def meanings(names: Iterable[str]) -> Iterator[NamedFactor]:
    """What a constant factor may be: a number with a name, or made of one size of the case."""
    for text, number in _NUMBERS.items():
        yield NamedFactor(text, lambda _, k=number: k)  # type: ignore[misc]
    for n in names:
        yield NamedFactor(n, lambda dims, n=n: float(dims[n]), "N", n)  # type: ignore[misc]
        yield NamedFactor(f"1/{n}", lambda dims, n=n: _ratio(1, dims[n]), "1/N", n)  # type: ignore[misc]
        yield NamedFactor(f"√{n}", lambda dims, n=n: math.sqrt(dims[n]), "", n)  # type: ignore[misc]
        yield NamedFactor(f"1/√{n}", lambda dims, n=n: _ratio(1, math.sqrt(dims[n])), "", n)  # type: ignore[misc]
        yield NamedFactor(f"{n}²", lambda dims, n=n: float(dims[n]) ** 2, "", n)  # type: ignore[misc]
        yield NamedFactor(f"1/{n}²", lambda dims, n=n: _ratio(1, dims[n] ** 2), "", n)  # type: ignore[misc]
        yield NamedFactor(f"{n}/({n} − 1)", lambda dims, n=n: _ratio(dims[n], dims[n] - 1), "", n)  # type: ignore[misc]
        yield NamedFactor(f"({n} − 1)/{n}", lambda dims, n=n: _ratio(dims[n] - 1, dims[n]), "", n)  # type: ignore[misc]


def _ratio(a: float, b: float) -> float:
    return a / b if b else math.nan


def transposed(one: str, other: str) -> Words:
    fr, en = (
        (f"les axes {one} et {other}", f"the axes {one} and {other}")
        if one != other
        else (f"les deux axes {one}", f"the two axes {one}")
    )
    return Words(
        Text(
            f"Votre sortie est exactement celle attendue, avec {fr} échangés.",
            f"Your output is exactly the expected one with {en} swapped.",
        ),
        Text(
            "Les bons nombres sont à la mauvaise place : si deux axes ont la même taille, rien ne s'arrête et tout ce "
            "qui suit est faux.",
            "The right numbers stand in the wrong place: where two axes have the same size, nothing stops and all that "
            "follows is wrong.",
        ),
        (
            Text(
                "Comparez la forme de votre résultat à celle de l'énoncé, axe par axe.",
                "Compare the shape of your result with the statement's, axis by axis.",
            ),
            Text(
                "Une transposition manque, ou il y en a une de trop, sans doute à la dernière ligne.",
                "A transpose is missing, or there is one too many, probably on the last line.",
            ),
            Text(
                f"Échangez {fr} : .transpose(…) de ces deux axes (.swapaxes en NumPy).",
                f"Swap {en}: .transpose(…) of these two axes (.swapaxes in NumPy).",
            ),
        ),
    )


def axes_order(found: Sequence[str], wanted: Sequence[str]) -> Words:
    mine, theirs = ", ".join(found), ", ".join(wanted)
    base = transposed("…", "…")
    return Words(
        Text(
            f"Votre sortie est exactement celle attendue, les axes dans l'ordre ({mine}) au lieu de ({theirs}).",
            f"Your output is exactly the expected one, its axes in the order ({mine}) instead of ({theirs}).",
        ),
        base.consequence,
        (
            base.hints[0],
            base.hints[1],
            Text(
                f"Un .permute(…) final (.transpose(…) en NumPy) ramène ({mine}) à ({theirs}).",
                f"A final .permute(…) (.transpose(…) in NumPy) brings ({mine}) back to ({theirs}).",
            ),
        ),
    )


def shape() -> Words:
    return Words(
        Text(
            "Vos valeurs sont toutes justes et dans le bon ordre ; seule la forme n'est pas celle de l'énoncé.",
            "Your values are all right and in the right order; only the shape is not the statement's.",
        ),
        Text(
            "Un axe de taille 1 en trop ou en moins change les diffusions (broadcasting) qui suivent, souvent sans "
            "erreur.",
            "An axis of size 1 too many or too few changes the broadcasts that follow, often without an error.",
        ),
        (
            Text("Affichez la `.shape` de votre résultat.", "Print the `.shape` of your result."),
            Text(
                "Un keepdim=True, un unsqueeze ou un reshape de trop, ou qui manque ?",
                "A keepdim=True, an unsqueeze or a reshape too many, or missing?",
            ),
            Text(
                "Retirez l'axe de taille 1 (.squeeze(axe)) ou ajoutez-le (.unsqueeze(axe)) à la fin.",
                "Remove the axis of size 1 (.squeeze(axis)) or add it (.unsqueeze(axis)) at the end.",
            ),
        ),
    )


def sign() -> Words:
    return Words(
        Text(
            "Votre sortie est exactement l'opposée de celle attendue : un signe manque.",
            "Your output is exactly minus the expected one: a sign is missing.",
        ),
        Text(
            "Une descente deviendrait une montée, un maximum un minimum.",
            "A descent would become an ascent, a maximum a minimum.",
        ),
        (
            Text("Comparez le signe d'une valeur calculée à la main.", "Compare with the sign of a value by hand."),
            Text(
                "Cherchez un − oublié, ou une différence prise dans l'autre sens.",
                "Look for a forgotten −, or a difference taken the other way round.",
            ),
            Text("Changez le signe de ce que vous renvoyez.", "Change the sign of what you return."),
        ),
    )


def inverted() -> Words:
    return Words(
        Text(
            "Votre sortie est exactement le contraire de celle attendue : True là où il faut False, et inversement.",
            "Your output is exactly the opposite of the expected one: True where False is wanted, and conversely.",
        ),
        Text(
            "Qui lira ce masque gardera ce qu'il faut cacher et cachera ce qu'il faut garder.",
            "Whoever reads this mask will keep what must be hidden and hide what must be kept.",
        ),
        (
            Text("Que veut dire True dans l'énoncé ?", "What does True mean in the statement?"),
            Text("La comparaison va dans l'autre sens.", "The comparison goes the other way."),
            Text("Niez le résultat avec ~, ou changez < en >=.", "Negate the result with ~, or turn < into >=."),
        ),
    )


def factor(texts: Sequence[str]) -> Words:
    k = " = ".join(texts)
    told, told_en = (f"le même facteur, {k}", f"one factor, {k}") if k else ("une même constante", "one constant")
    return Words(
        Text(
            f"Votre sortie est exactement celle attendue, multipliée partout par {told}.",
            f"Your output is exactly the expected one, multiplied everywhere by {told_en}.",
        ),
        Text(
            "Tout ce qui dépend de l'échelle (pas d'apprentissage, température, seuil) est faussé d'autant.",
            "Whatever depends on the scale (learning rate, temperature, threshold) is off by as much.",
        ),
        (
            Text(
                "La structure du calcul est bonne : c'est une constante qui manque, ou une de trop.",
                "The structure of the computation is right: a constant is missing, or there is one too many.",
            ),
            Text(
                f"D'où pourrait venir un facteur {k} ?" if k else "Calculez le rapport entre votre valeur et la bonne.",
                f"Where could a factor {k} come from?" if k else "Compute the ratio of your value to the right one.",
            ),
            Text(
                "Relisez la formule : une normalisation, une racine, un logarithme, un carré y est-il différent ?",
                "Read the formula again: is a normalisation, a root, a logarithm, a square different there?",
            ),
        ),
    )


def mean_for_sum(meaning: NamedFactor) -> Words:
    n = meaning.symbol
    return Words(
        Text(
            f"Votre sortie est exactement celle attendue, divisée par {n} : une moyenne sur {n} là où il faut une "
            "somme, une division de trop ou une multiplication qui manque.",
            f"Your output is exactly the expected one divided by {n}: a mean over {n} where a sum is wanted, a "
            "division too many or a multiplication that is missing.",
        ),
        factor([]).consequence,
        (
            Text("La formule porte-t-elle une somme ou une moyenne ?", "Does the formula bear a sum or a mean?"),
            Text(f"Où divisez-vous par {n} ?", f"Where do you divide by {n}?"),
            Text(f"Remplacez mean par sum, ou retirez la division par {n}.", f"Use sum, or drop the division by {n}."),
        ),
    )


def sum_for_mean(meaning: NamedFactor) -> Words:
    n = meaning.symbol
    return Words(
        Text(
            f"Votre sortie est exactement celle attendue, multipliée par {n} : une somme sur {n} là où il faut une "
            "moyenne, une division qui manque ou une multiplication de trop.",
            f"Your output is exactly the expected one times {n}: a sum over {n} where a mean is wanted, a division "
            "that is missing or a multiplication too many.",
        ),
        factor([]).consequence,
        (
            Text("La formule porte-t-elle une somme ou une moyenne ?", "Does the formula bear a sum or a mean?"),
            Text(f"Où faudrait-il diviser par {n} ?", f"Where should one divide by {n}?"),
            Text(f"Remplacez sum par mean, ou divisez par {n}.", f"Use mean, or divide by {n}."),
        ),
    )


def offset() -> Words:
    return Words(
        Text(
            "Votre sortie est exactement celle attendue, à une même constante ajoutée près.",
            "Your output is exactly the expected one, but for one constant added everywhere.",
        ),
        Text("Chaque valeur est décalée d'autant.", "Every value is off by as much."),
        (
            Text(
                "Comparez une valeur à celle que vous calculez à la main.",
                "Compare a value with the one you compute by hand.",
            ),
            Text("Un terme de trop, ou qui manque : un biais, un ±1 ?", "A term too many or missing: a bias, a ±1?"),
            Text("Comptez-vous à partir de 0 ou de 1 ?", "Do you count from 0 or from 1?"),
        ),
    )


def reversed_axis(axis: str) -> Words:
    return Words(
        Text(
            f"Votre sortie est exactement celle attendue, lue à l'envers le long de l'axe {axis}.",
            f"Your output is exactly the expected one, read backwards along the axis {axis}.",
        ),
        Text("Le premier est pris pour le dernier.", "The first is taken for the last."),
        (
            Text("Dans quel ordre l'énoncé range-t-il cet axe ?", "In which order does the statement lay this axis?"),
            Text("Cherchez un parcours ou un tri dans l'autre sens.", "Look for a loop or a sort the other way."),
            Text(f"Retournez l'axe {axis} : .flip(…).", f"Flip the axis {axis}: .flip(…)."),
        ),
    )


def shifted(axis: str, step: int) -> Words:
    where, where_en = ("en retard", "late") if step > 0 else ("en avance", "early")
    return Words(
        Text(
            f"Votre sortie est celle attendue, décalée d'un cran le long de l'axe {axis} ({where} d'une place).",
            f"Your output is the expected one shifted by one along the axis {axis} (one place {where_en}).",
        ),
        Text(
            "Chaque place porte la valeur de sa voisine : l'exemple et sa réponse ne sont plus face à face.",
            "Each place holds its neighbour's value: an example no longer faces its answer.",
        ),
        (
            Text(f"Que doit valoir la place 0 de l'axe {axis} ?", f"What must stand at place 0 of the axis {axis}?"),
            Text("Un indice va-t-il de 0 ou de 1, jusqu'à n ou n − 1 ?", "Does an index start at 0 or 1, end at n?"),
            Text(
                "Corrigez la borne de la boucle ou de la tranche : [1:] et [:-1] ne disent pas la même chose.",
                "Mend the bound of the loop or slice: [1:] and [:-1] do not say the same.",
            ),
        ),
    )


_DTYPES = {
    "int": Text("Vos valeurs sont les bonnes, arrondies à l'entier", "Your values are right, rounded to integers"),
    "bool": Text("Vos valeurs sont les bonnes, en booléens au lieu de nombres", "Right, but booleans, not numbers"),
    "number": Text(
        "Vos valeurs sont les bonnes, en nombres (0, 1) au lieu de booléens", "Right, but 0/1, not booleans"
    ),
    "half": Text(
        "Vos valeurs sont les bonnes, arrondies à 16 bits (float16 ou bfloat16)",
        "Your values are right, but rounded to 16 bits (float16 or bfloat16)",
    ),
    "float32": Text("Vos valeurs sont les bonnes, arrondies à la précision float32", "Right, but rounded to float32"),
}


_DTYPE_CONSEQUENCES = {
    "number": Text(
        "Un masque de nombres n'indexe pas comme un masque de booléens : 0 et 1 y sont pris pour des positions.",
        "A mask of numbers does not index like a mask of booleans: 0 and 1 are taken for positions.",
    ),
    "bool": Text(
        "On ne peut pas calculer avec des booléens comme avec des nombres.",
        "One cannot compute with booleans as with numbers.",
    ),
}
_LOST_PRECISION = Text(
    "La précision perdue ne revient pas : ce qui suit ne sera pas plus précis.",
    "Lost precision does not come back: what follows will be no more precise.",
)


def dtype(kind: str) -> Words:
    text = _DTYPES[kind]
    return Words(
        Text(f"{text.fr} : c'est le dtype qui ne va pas.", f"{text.en}: the dtype is wrong."),
        _DTYPE_CONSEQUENCES.get(kind, _LOST_PRECISION),
        (
            Text("Affichez le `.dtype` de votre résultat.", "Print the `.dtype` of your result."),
            Text(
                "À quelle ligne le dtype change-t-il ? Une création sans dtype, une conversion, une division entière ?",
                "On which line does the dtype change? A creation without dtype, a conversion, an integer division?",
            ),
            Text(
                "Créez vos tableaux avec dtype=x.dtype, et n'en convertissez pas d'autres.",
                "Create your arrays with dtype=x.dtype, and convert no others.",
            ),
        ),
    )


def permuted(axis: str) -> Words:
    return Words(
        Text(
            f"Votre sortie a toutes les bonnes tranches, dans un autre ordre le long de l'axe {axis}.",
            f"Your output has all the right slices, in another order along the axis {axis}.",
        ),
        Text("Chaque tranche est prise pour une autre.", "Each slice is taken for another."),
        (
            Text("Dans quel ordre l'énoncé range-t-il cet axe ?", "In which order does the statement lay this axis?"),
            Text(
                "Un tri, un reshape ou un groupement change-t-il l'ordre ?",
                "Does a sort, a reshape or a grouping change the order?",
            ),
            Text(f"Remettez l'axe {axis} dans l'ordre d'origine.", f"Put the axis {axis} back in its first order."),
        ),
    )


def all_but(axis: str, place: int) -> Words:
    fr, en = ("premier", "first") if place == 0 else ("dernier", "last")
    return Words(
        Text(
            f"Votre sortie est juste partout, sauf au {fr} élément de l'axe {axis}.",
            f"Your output is right everywhere but at the {en} element of the axis {axis}.",
        ),
        Text("Le bord n'est pas traité comme l'énoncé le demande.", "The edge is not handled as the statement asks."),
        (
            Text(f"Que vaut le {fr} élément, à la main ?", f"What is the {en} element, by hand?"),
            Text(
                "Une boucle qui commence ou finit un cran trop tôt, un cas de départ oublié ?",
                "A loop that starts or ends one step too early, a starting case forgotten?",
            ),
            Text(f"Traitez le {fr} élément de {axis} à part.", f"Handle the {en} element of {axis} by itself."),
        ),
    )


def swapped_outputs(names: Sequence[str]) -> Words:
    listed = ", ".join(names)
    return Words(
        Text(
            "Les valeurs que vous renvoyez sont justes, mais pas dans l'ordre demandé.",
            "The values you return are right, but not in the order asked for.",
        ),
        Text(
            "Qui appelle la fonction prendra l'une pour l'autre.", "Whoever calls the function takes one for another."
        ),
        (
            Text("Relisez ce que la fonction doit renvoyer.", "Read again what the function must return."),
            Text("Comparez l'ordre à la ligne return.", "Compare the order on the return line."),
            Text(f"return {listed}.", f"return {listed}."),
        ),
    )


def ratio(k: float) -> Text:
    return Text(f"Rapport à la valeur attendue : {k:.6g}.", f"Ratio to the expected value: {k:.6g}.")


def difference(c: float) -> Text:
    return Text(f"Différence avec la valeur attendue : {c:+.6g}.", f"Difference from the expected value: {c:+.6g}.")


def two_shapes(output: str, got: tuple[int, ...], wanted: tuple[int, ...]) -> Text:
    """A shape beside the right one."""
    return Text(
        f"« {output} » : forme obtenue {got}, attendue {wanted}.", f"`{output}`: shape {got}, expected {wanted}."
    )


def of_outputs(names: Sequence[str], finding: Text) -> Text:
    """The finding, said of some of a function's outputs."""
    return Text(
        f"{', '.join(f'« {name} »' for name in names)} : {_after_a_colon(finding.fr)}",
        f"{', '.join(f'`{name}`' for name in names)}: {_after_a_colon(finding.en)}",
    )


def _after_a_colon(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
