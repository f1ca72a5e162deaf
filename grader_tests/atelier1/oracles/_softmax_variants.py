"""1.4 Softmax: the wrong answers worth a name, and other right ones."""

import numpy as np
import torch

from attentif.exercises import Equivalent, Misconception, Text


def softmax_unstable(x, axis=-1):
    e = np.exp(x)
    return e / np.sum(e, axis=axis, keepdims=True)


def softmax_global_max(x, axis=-1):
    e = np.exp(x - np.max(x))
    return e / np.sum(e, axis=axis, keepdims=True)


def softmax_frozen_axis(x, axis=-1):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def softmax_global_sum(x, axis=-1):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def softmax_global_sum_of_rows(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e)


def softmax_without_exp(x, axis=-1):
    return x / np.sum(x, axis=axis, keepdims=True)


def softmax_base_two(x, axis=-1):
    e = 2.0 ** (x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def softmax_logarithm(x, axis=-1):
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def softmax_epsilon(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / (np.sum(e, axis=axis, keepdims=True) + 1e-6)


def softmax_in_place(x, axis=-1):
    x -= np.max(x, axis=axis, keepdims=True)
    np.exp(x, out=x)
    x /= np.sum(x, axis=axis, keepdims=True)
    return x


def softmax_without_keepdims(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis)


def softmax_by_logsumexp(x, axis=-1):
    return np.exp(x - np.expand_dims(np.logaddexp.reduce(x, axis=axis), axis))


def softmax_by_torch(x, axis=-1):
    return torch.softmax(torch.as_tensor(np.array(x), dtype=torch.float64), dim=axis).numpy()


def softmax_axis_moved(x, axis=-1):
    rows = np.moveaxis(np.asarray(x, dtype=float), axis, -1)
    e = np.exp(rows - rows.max(axis=-1)[..., None])
    return np.moveaxis(e / e.sum(axis=-1)[..., None], -1, axis)


EQUIVALENTS = (
    Equivalent("by_logsumexp", {"softmax": softmax_by_logsumexp}),
    Equivalent("by_torch", {"softmax": softmax_by_torch}),
    Equivalent("axis_moved", {"softmax": softmax_axis_moved}),
)

GLOBAL_SUM = {
    "finding": Text(
        "Vous divisez par la somme de tout le tableau : ce sont toutes les cases ensemble qui somment à 1.",
        "You divide by the sum of the whole array: all entries together sum to 1.",
    ),
    "consequence": Text(
        "Chaque ligne doit être une distribution à elle seule ; ici la somme d'une ligne dépend des autres.",
        "Each row must be a distribution of its own; here the sum of a row depends on the others.",
    ),
    "hints": (
        Text("Que vaut la somme de chacune de vos lignes ?", "What does each of your rows sum to?"),
        Text("La somme doit garder une valeur par ligne.", "The sum must keep one value per row."),
        Text("`np.sum(e, axis=axis, keepdims=True)`.", "`np.sum(e, axis=axis, keepdims=True)`."),
    ),
}

MISCONCEPTIONS = (
    Misconception(
        "unstable",
        {"softmax": softmax_unstable},
        finding=Text(
            "Votre formule e^x/Σe^x est juste sur le papier, mais donne NaN pour de grands logits.",
            "Your formula e^x/Σe^x is right on paper, but gives NaN for large logits.",
        ),
        consequence=Text(
            "e^1000 déborde (inf/inf = NaN) et e^(−2000) s'annule (0/0 = NaN) : l'entraînement s'arrête net.",
            "e^1000 overflows (inf/inf = NaN) and e^(−2000) vanishes (0/0 = NaN): training stops dead.",
        ),
        hints=(
            Text("Que vaut `np.exp(1000.0)` ?", "What is `np.exp(1000.0)`?"),
            Text(
                "Retirer une même constante à tous les logits d'une ligne ne change pas softmax. Laquelle choisir ?",
                "Softmax does not change when one constant is taken from all logits of a row. Which one to choose?",
            ),
            Text(
                "`e = np.exp(x - np.max(x, axis=axis, keepdims=True))`.",
                "`e = np.exp(x - np.max(x, axis=axis, keepdims=True))`.",
            ),
        ),
    ),
    Misconception(
        "global_max",
        {"softmax": softmax_global_max},
        finding=Text(
            "Vous retirez le maximum de tout le tableau, et non celui de chaque ligne.",
            "You subtract the maximum of the whole array, not that of each row.",
        ),
        consequence=Text(
            "Une ligne très au-dessous des autres donne 0/0 = NaN : une seule séquence du lot gâche ses voisines.",
            "A row far below the others gives 0/0 = NaN: one sequence of the batch spoils its neighbours.",
        ),
        hints=(
            Text(
                "Essayez [[1000, 999], [−2000, −2001]] : que devient la seconde ligne ?",
                "Try [[1000, 999], [−2000, −2001]]: what becomes of the second row?",
            ),
            Text(
                "Le maximum se prend le long du même axe que la somme.",
                "The maximum runs along the same axis as the sum.",
            ),
            Text("`np.max(x, axis=axis, keepdims=True)`.", "`np.max(x, axis=axis, keepdims=True)`."),
        ),
    ),
    Misconception(
        "frozen_axis",
        {"softmax": softmax_frozen_axis},
        finding=Text(
            "Votre fonction normalise toujours le dernier axe : l'argument `axis` est ignoré.",
            "Your function always normalises the last axis: the argument `axis` is ignored.",
        ),
        consequence=Text(
            "Dans l'attention, le mauvais axe répartit les requêtes au lieu des clés, sans aucune erreur affichée.",
            "In attention, normalising the wrong axis shares out queries instead of keys, without any error message.",
        ),
        hints=(
            Text("Sommez votre résultat sur l'axe demandé.", "Sum your result over the axis asked for."),
            Text("Cherchez `-1` écrit en dur dans la fonction.", "Look for a hard-coded `-1` in the function."),
            Text("Passez `axis=axis` à `np.max` et à `np.sum`.", "Pass `axis=axis` to both `np.max` and `np.sum`."),
        ),
    ),
    Misconception("global_sum", {"softmax": softmax_global_sum}, **GLOBAL_SUM),
    Misconception("global_sum_of_rows", {"softmax": softmax_global_sum_of_rows}, **GLOBAL_SUM),
    Misconception(
        "without_exp",
        {"softmax": softmax_without_exp},
        finding=Text(
            "Votre sortie est exactement x/Σx : l'exponentielle manque.",
            "Your output is exactly x/Σx: the exponential is missing.",
        ),
        consequence=Text(
            "Un logit négatif donnerait une « probabilité » négative, et une somme nulle une division par zéro.",
            "A negative logit would give a negative “probability”, and a zero sum a division by zero.",
        ),
        hints=(
            Text("Vos valeurs sont-elles toutes positives ?", "Are all your values positive?"),
            Text("On rend les scores positifs avant de normaliser.", "Scores are made positive before normalising."),
            Text("Normalisez `np.exp(x - max)`, pas x.", "Normalise `np.exp(x - max)`, not x."),
        ),
    ),
    Misconception(
        "base_two",
        {"softmax": softmax_base_two},
        finding=Text(
            "Votre sortie est exactement 2^x/Σ2^x : la base est 2 au lieu de e.",
            "Your output is exactly 2^x/Σ2^x: the base is 2 instead of e.",
        ),
        consequence=Text(
            "Cela revient à multiplier les logits par ln 2 ≈ 0,693 : les distributions sont trop plates.",
            "This amounts to multiplying the logits by ln 2 ≈ 0.693: the distributions are too flat.",
        ),
        hints=(
            Text("Le rapport p₁/p₂ doit valoir e^(x₁−x₂).", "The ratio p₁/p₂ must be e^(x₁−x₂)."),
            Text("Quelle fonction NumPy élève e à une puissance ?", "Which NumPy function raises e to a power?"),
            Text("`np.exp`, et non `2 **` ni `np.exp2`.", "`np.exp`, not `2 **` nor `np.exp2`."),
        ),
    ),
    Misconception(
        "logarithm",
        {"softmax": softmax_logarithm},
        finding=Text(
            "Votre sortie est exactement log softmax(x) : des log-probabilités, toutes négatives ou nulles.",
            "Your output is exactly log softmax(x): log-probabilities, all of them at most 0.",
        ),
        consequence=Text(
            "Une moyenne pondérée par ces valeurs n'a pas de sens : les poids doivent être positifs et sommer à 1.",
            "A mean weighted by these values makes no sense: weights must be positive and sum to 1.",
        ),
        hints=(
            Text("Une probabilité peut-elle être négative ?", "Can a probability be negative?"),
            Text("Il reste à revenir du logarithme aux probabilités.", "Going back from logarithms is left to do."),
            Text("Renvoyez `e / np.sum(e, ...)`, sans `np.log`.", "Return `e / np.sum(e, ...)`, without `np.log`."),
        ),
    ),
    Misconception(
        "epsilon",
        {"softmax": softmax_epsilon},
        finding=Text(
            "Vous ajoutez 10⁻⁶ au dénominateur : vos lignes somment à un peu moins de 1.",
            "You add 10⁻⁶ to the denominator: your rows sum to slightly less than 1.",
        ),
        consequence=Text(
            "L'erreur, de l'ordre de 10⁻⁶, est inutile : une fois le maximum retiré, la somme vaut au moins 1.",
            "The error, about 10⁻⁶, is needless: once the maximum is subtracted, the sum is at least 1.",
        ),
        hints=(
            Text("De combien vos lignes s'écartent-elles de 1 ?", "By how much do your rows miss 1?"),
            Text(
                "La plus grande exponentielle vaut e⁰ = 1 : la division par zéro est déjà impossible.",
                "The largest exponential is e⁰ = 1: a division by zero is already impossible.",
            ),
            Text("Retirez `+ 1e-6`.", "Remove `+ 1e-6`."),
        ),
    ),
    Misconception(
        "in_place",
        {"softmax": softmax_in_place},
        finding=Text(
            "Vous calculez dans le tableau reçu (`out=x`, `x /= …`) : s'il est entier, NumPy refuse.",
            "You compute in the array received (`out=x`, `x /= …`): if it is an integer one, NumPy refuses.",
        ),
        consequence=Text(
            "Sur des flottants l'opération passe, mais les logits de l'appelant sont remplacés par des probabilités.",
            "On floats it goes through, but the caller's logits are replaced by probabilities.",
        ),
        hints=(
            Text(
                "Que contient x après l'appel de votre fonction ?", "What does x hold after your function was called?"
            ),
            Text(
                "`-=`, `/=` et `out=` écrivent dans le tableau reçu.",
                "`-=`, `/=` and `out=` write into the array received.",
            ),
            Text(
                "`e = np.exp(x - ...)` crée un nouveau tableau ; puis `return e / ...`.",
                "`e = np.exp(x - ...)` makes a new array; then `return e / ...`.",
            ),
        ),
    ),
    Misconception(
        "missing_keepdims",
        {"softmax": softmax_without_keepdims},
        finding=Text(
            "Votre somme a perdu un axe : NumPy l'aligne sur les colonnes, et divise par la somme d'une autre ligne.",
            "Your sum lost an axis: NumPy aligns it with the columns, and divides by the sum of another row.",
        ),
        consequence=Text(
            "Sur un tableau carré le résultat est faux en silence ; ailleurs, erreur (« could not be broadcast »).",
            "On a square array the result is silently wrong; elsewhere, an error (“could not be broadcast”).",
        ),
        hints=(
            Text("Affichez la forme de la somme.", "Print the shape of the sum."),
            Text(
                "La somme doit garder l'axe réduit, avec la longueur 1.",
                "The sum must keep the reduced axis, with length 1.",
            ),
            Text("`np.sum(e, axis=axis, keepdims=True)`.", "`np.sum(e, axis=axis, keepdims=True)`."),
        ),
    ),
)
