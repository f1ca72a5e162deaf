"""1.3 Squared distances: the wrong answers worth a name, and other right ones.

Without clipping, the negative values that rounding leaves depend on the order of the sum: two variants.
"""

import numpy as np
import torch

from attentif.exercises import Equivalent, Misconception, Text


def distances_plus_sign(X, Y):
    x2, y2 = np.sum(X**2, axis=1)[:, None], np.sum(Y**2, axis=1)[None, :]
    return np.maximum(x2 + y2 + 2 * X @ Y.T, 0)


def distances_without_y_norms(X, Y):
    x2 = np.sum(X**2, axis=1)[:, None]
    return np.maximum(x2 - 2 * X @ Y.T, 0)


def distances_rooted(X, Y):
    x2, y2 = np.sum(X**2, axis=1)[:, None], np.sum(Y**2, axis=1)[None, :]
    return np.sqrt(np.maximum(x2 + y2 - 2 * X @ Y.T, 0))


def distances_negative(X, Y):
    x2, y2 = np.sum(X**2, axis=1)[:, None], np.sum(Y**2, axis=1)[None, :]
    return x2 + y2 - 2 * X @ Y.T


def distances_negative_product_first(X, Y):
    x2, y2 = np.sum(X**2, axis=1)[:, None], np.sum(Y**2, axis=1)[None, :]
    return -2 * X @ Y.T + x2 + y2


def distances_transposed(X, Y):
    x2, y2 = np.sum(X**2, axis=1)[None, :], np.sum(Y**2, axis=1)[:, None]
    return np.maximum(x2 + y2 - 2 * Y @ X.T, 0)


def distances_single_cross_term(X, Y):
    x2, y2 = np.sum(X**2, axis=1)[:, None], np.sum(Y**2, axis=1)[None, :]
    return np.maximum(x2 + y2 - X @ Y.T, 0)


def distances_by_einsum(X, Y):
    x2 = np.einsum("nd,nd->n", X, X)
    y2 = np.einsum("md,md->m", Y, Y)
    return np.clip(np.add.outer(x2, y2) - 2 * np.einsum("nd,md->nm", X, Y), 0, None)


def distances_by_torch(X, Y):
    X, Y = torch.tensor(X, dtype=torch.float64), torch.tensor(Y, dtype=torch.float64)
    return (torch.cdist(X, Y, compute_mode="donot_use_mm_for_euclid_dist") ** 2).numpy()


def distances_axis_by_axis(X, Y):
    D2 = np.zeros((len(X), len(Y)))
    for j in range(X.shape[1]):
        D2 += np.subtract.outer(X[:, j], Y[:, j]) ** 2
    return D2


EQUIVALENTS = (
    Equivalent("einsum", {"squared_distances": distances_by_einsum}),
    Equivalent("torch_cdist", {"squared_distances": distances_by_torch}),
    Equivalent("axis_by_axis", {"squared_distances": distances_axis_by_axis}),
)

_NEGATIVE = {
    "finding": Text(
        "Votre formule est la bonne, mais certains carrés de distances sont négatifs.",
        "Your formula is right, but some squared distances are negative.",
    ),
    "consequence": Text(
        "Loin de l'origine, ‖x‖² + ‖y‖² et 2x·y sont presque égaux : leur différence n'est plus que de l'arrondi. "
        "Une racine prise ensuite donnerait NaN.",
        "Far from the origin ‖x‖² + ‖y‖² and 2x·y are almost equal: their difference is mere rounding. "
        "A root taken later would give NaN.",
    ),
    "hints": (
        Text(
            "Quelle est la plus petite valeur possible d'un carré ?",
            "What is the smallest possible value of a square?",
        ),
        Text("Ramenez à 0 ce que l'arrondi a fait passer dessous.", "Bring back to 0 what rounding pushed below."),
        Text("`np.maximum(D2, 0)` à la fin.", "`np.maximum(D2, 0)` at the end."),
    ),
}

MISCONCEPTIONS = (
    Misconception(
        "plus_sign",
        {"squared_distances": distances_plus_sign},
        finding=Text(
            "Votre sortie est exactement ‖x‖² + ‖y‖² + 2x·y = ‖x + y‖² : le signe du double produit est faux.",
            "Your output is exactly ‖x‖² + ‖y‖² + 2x·y = ‖x + y‖²: the sign of the cross term is wrong.",
        ),
        consequence=Text(
            "Deux points confondus paraissent très éloignés, deux points opposés paraissent confondus.",
            "Two equal points look far apart, two opposite ones look equal.",
        ),
        hints=(
            Text(
                "Quelle doit être la distance d'un point à lui-même ?",
                "What must the distance of a point to itself be?",
            ),
            Text("Développez ‖x − y‖² = (x − y)·(x − y).", "Expand ‖x − y‖² = (x − y)·(x − y)."),
            Text("Le terme croisé est `- 2 * X @ Y.T`.", "The cross term is `- 2 * X @ Y.T`."),
        ),
    ),
    Misconception(
        "missing_y_norms",
        {"squared_distances": distances_without_y_norms},
        finding=Text(
            "Votre sortie est exactement ‖x‖² − 2x·y : le terme ‖y‖² manque.",
            "Your output is exactly ‖x‖² − 2x·y: the term ‖y‖² is missing.",
        ),
        consequence=Text(
            "Les lignes de Y ne sont plus comparables entre elles : les plus longues paraissent les plus proches.",
            "The rows of Y can no longer be compared: the longest ones look closest.",
        ),
        hints=(
            Text("Combien de termes a le développement de ‖x − y‖² ?", "How many terms does ‖x − y‖² expand to?"),
            Text(
                "Il faut un vecteur (1, m) des ‖y‖², diffusé sur les lignes.",
                "A (1, m) vector of ‖y‖², broadcast over rows, is needed.",
            ),
            Text("Ajoutez `np.sum(Y**2, axis=1)[None, :]`.", "Add `np.sum(Y**2, axis=1)[None, :]`."),
        ),
    ),
    Misconception(
        "square_root",
        {"squared_distances": distances_rooted},
        finding=Text(
            "Votre sortie est exactement ‖x − y‖ : vous avez pris la racine, on demande le carré.",
            "Your output is exactly ‖x − y‖: you took the root, the square is asked for.",
        ),
        consequence=Text(
            "L'ordre des voisins est le même, mais les valeurs ne le sont pas, et la racine n'est pas dérivable en 0.",
            "The order of neighbours is the same but the values are not, and the root is not differentiable at 0.",
        ),
        hints=(
            Text("Relisez le nom de la fonction.", "Read the function's name again."),
            Text("Aucune racine n'est nécessaire.", "No root is needed."),
            Text("Retirez `np.sqrt`.", "Remove `np.sqrt`."),
        ),
    ),
    Misconception("negative_values", {"squared_distances": distances_negative}, **_NEGATIVE),
    Misconception(
        "negative_values_product_first", {"squared_distances": distances_negative_product_first}, **_NEGATIVE
    ),
    Misconception(
        "transposed",
        {"squared_distances": distances_transposed},
        finding=Text(
            "Votre sortie est la transposée : (m, n) au lieu de (n, m).",
            "Your output is the transpose: (m, n) instead of (n, m).",
        ),
        consequence=Text(
            "D2[i, j] doit être la distance de X[i] à Y[j] ; si n = m, l'erreur serait invisible et le résultat faux.",
            "D2[i, j] must be the distance from X[i] to Y[j]; if n = m the error would go unseen, with a wrong result.",
        ),
        hints=(
            Text("Quel indice doit désigner les lignes de X ?", "Which index must stand for the rows of X?"),
            Text(
                "‖x‖² se range en colonne (n, 1), ‖y‖² en ligne (1, m).",
                "‖x‖² goes in a column (n, 1), ‖y‖² in a row (1, m).",
            ),
            Text("Le produit est `X @ Y.T`, de forme (n, m).", "The product is `X @ Y.T`, of shape (n, m)."),
        ),
    ),
    Misconception(
        "single_cross_term",
        {"squared_distances": distances_single_cross_term},
        finding=Text(
            "Votre sortie est exactement ‖x‖² + ‖y‖² − x·y : le facteur 2 du double produit manque.",
            "Your output is exactly ‖x‖² + ‖y‖² − x·y: the factor 2 of the cross term is missing.",
        ),
        consequence=Text(
            "La distance d'un point à lui-même vaudrait ‖x‖² au lieu de 0.",
            "The distance of a point to itself would be ‖x‖² instead of 0.",
        ),
        hints=(
            Text("Calculez votre distance entre x et x.", "Compute your distance between x and x."),
            Text("Développez : x·y et y·x apparaissent tous deux.", "Expand: both x·y and y·x appear."),
            Text("`- 2 * X @ Y.T`.", "`- 2 * X @ Y.T`."),
        ),
    ),
)
