"""1.2 Unit rows: the wrong answers worth a name, and other right ones."""

import math

import numpy as np

from attentif.exercises import Equivalent, Misconception, Text


def rows_by_columns(X, eps=1e-12):
    return X / np.maximum(np.linalg.norm(X, axis=0, keepdims=True), eps)


def rows_l1(X, eps=1e-12):
    return X / np.maximum(np.sum(np.abs(X), axis=1, keepdims=True), eps)


def rows_squared_norm(X, eps=1e-12):
    return X / np.maximum(np.sum(X**2, axis=1, keepdims=True), eps)


def rows_frobenius(X, eps=1e-12):
    return X / max(np.linalg.norm(X), eps)


def rows_in_place(X, eps=1e-12):
    X /= np.maximum(np.linalg.norm(X, axis=1, keepdims=True), eps)
    return X


def rows_without_keepdims(X, eps=1e-12):
    return X / np.maximum(np.linalg.norm(X, axis=1), eps)


def rows_nan_at_zero(X, eps=1e-12):
    return X / np.sqrt(np.sum(X**2, axis=1, keepdims=True))


def rows_root_mean_square(X, eps=1e-12):
    return X / np.maximum(np.sqrt(np.mean(X**2, axis=1, keepdims=True)), eps)


def rows_eps_added(X, eps=1e-12):
    return X / (np.sqrt(np.sum(X**2, axis=1)) + eps)[:, None]


def rows_eps_under_root(X, eps=1e-12):
    return X / np.sqrt(np.einsum("ij,ij->i", X, X) + eps)[:, np.newaxis]


def rows_by_loop(X, eps=1e-12):
    unit = np.zeros(X.shape)
    for i, row in enumerate(X):
        norm = math.sqrt(sum(float(value) ** 2 for value in row))
        if norm > eps:
            unit[i] = row / norm
    return unit


EQUIVALENTS = (
    Equivalent("eps_added", {"normalize_rows": rows_eps_added}),
    Equivalent("eps_under_root", {"normalize_rows": rows_eps_under_root}),
    Equivalent("row_by_row", {"normalize_rows": rows_by_loop}),
)

MISCONCEPTIONS = (
    Misconception(
        "columns",
        {"normalize_rows": rows_by_columns},
        finding=Text(
            "Ce sont vos colonnes qui ont la norme 1, pas vos lignes.", "Your columns have norm 1, not your rows."
        ),
        consequence=Text(
            "Chaque ligne est un exemple : normaliser par colonne mélange les exemples entre eux.",
            "Each row is one example: normalising by column mixes the examples.",
        ),
        hints=(
            Text("Sur quel axe la somme des carrés doit-elle courir ?", "Over which axis must the squares be summed?"),
            Text(
                "`axis=0` parcourt les lignes et donne une valeur par colonne ; il faut une valeur par ligne.",
                "`axis=0` runs down the rows and gives one value per column; one value per row is needed.",
            ),
            Text("`np.linalg.norm(X, axis=1, keepdims=True)`.", "`np.linalg.norm(X, axis=1, keepdims=True)`."),
        ),
    ),
    Misconception(
        "l1_norm",
        {"normalize_rows": rows_l1},
        finding=Text(
            "Vous divisez chaque ligne par Σ|xᵢ| : c'est la norme L1, pas la norme euclidienne.",
            "You divide each row by Σ|xᵢ|: the L1 norm, not the Euclidean one.",
        ),
        consequence=Text(
            "Les lignes n'ont pas la longueur 1, et X·Xᵀ ne contient plus des cosinus.",
            "The rows do not have length 1, and X·Xᵀ no longer holds cosines.",
        ),
        hints=(
            Text("Quelle est la longueur de (3, 4) ?", "What is the length of (3, 4)?"),
            Text("Norme euclidienne : √(Σxᵢ²).", "Euclidean norm: √(Σxᵢ²)."),
            Text("`np.sqrt(np.sum(X**2, axis=1, keepdims=True))`.", "`np.sqrt(np.sum(X**2, axis=1, keepdims=True))`."),
        ),
    ),
    Misconception(
        "squared_norm",
        {"normalize_rows": rows_squared_norm},
        finding=Text(
            "Vous divisez chaque ligne par Σxᵢ² : la racine carrée manque.",
            "You divide each row by Σxᵢ²: the square root is missing.",
        ),
        consequence=Text(
            "Chaque ligne a maintenant la longueur 1/‖x‖ : les plus longues deviennent les plus courtes.",
            "Each row now has length 1/‖x‖: the longest ones become the shortest.",
        ),
        hints=(
            Text("Calculez la norme d'une ligne de votre résultat.", "Compute the norm of one row of your result."),
            Text("Σxᵢ² est ‖x‖² ; il faut diviser par ‖x‖.", "Σxᵢ² is ‖x‖²; divide by ‖x‖."),
            Text("Ajoutez `np.sqrt(...)` autour de la somme.", "Put `np.sqrt(...)` around the sum."),
        ),
    ),
    Misconception(
        "frobenius",
        {"normalize_rows": rows_frobenius},
        finding=Text(
            "Vous divisez toute la matrice par un seul nombre, ‖X‖_F.",
            "You divide the whole matrix by a single number, ‖X‖_F.",
        ),
        consequence=Text(
            "C'est la matrice entière qui a la norme 1 ; chaque ligne garde une longueur différente.",
            "The whole matrix has norm 1; each row keeps a length of its own.",
        ),
        hints=(
            Text("Combien de normes faut-il pour n lignes ?", "How many norms are needed for n rows?"),
            Text(
                "Sans `axis`, `np.linalg.norm` réduit toute la matrice.",
                "Without `axis`, `np.linalg.norm` reduces everything.",
            ),
            Text("`np.linalg.norm(X, axis=1, keepdims=True)`.", "`np.linalg.norm(X, axis=1, keepdims=True)`."),
        ),
    ),
    Misconception(
        "in_place",
        {"normalize_rows": rows_in_place},
        finding=Text(
            "Vous divisez avec `X /= …` : NumPy refuse de ranger des nombres à virgule dans le tableau d'entiers reçu.",
            "You divide with `X /= …`: NumPy refuses to store floats in the integer array received.",
        ),
        consequence=Text(
            "Sur des flottants l'opération passe, mais elle écrase les données de celui qui appelle votre fonction.",
            "On floats it goes through, but it overwrites the data of whoever calls your function.",
        ),
        hints=(
            Text("Votre fonction crée-t-elle un nouveau tableau ?", "Does your function create a new array?"),
            Text(
                "`X /= n` écrit dans X ; `X / n` en crée un autre.", "`X /= n` writes into X; `X / n` makes a new one."
            ),
            Text("`return X / norms`.", "`return X / norms`."),
        ),
    ),
    Misconception(
        "missing_keepdims",
        {"normalize_rows": rows_without_keepdims},
        finding=Text(
            "Vos normes ont la forme (n,) : NumPy les aligne sur les colonnes et divise X[i, j] par ‖xⱼ‖.",
            "Your norms have shape (n,): NumPy aligns them with the columns, and divides X[i, j] by ‖xⱼ‖.",
        ),
        consequence=Text(
            "Si n ≠ d, une erreur le signale ; si n = d, le résultat est faux en silence.",
            "If n ≠ d an error tells you; if n = d the result is silently wrong.",
        ),
        hints=(
            Text("Affichez la forme de vos normes.", "Print the shape of your norms."),
            Text(
                "Pour diviser ligne par ligne, il faut une colonne (n, 1).",
                "Dividing row by row needs a column (n, 1).",
            ),
            Text(
                "Ajoutez `keepdims=True`, ou écrivez `norms[:, None]`.",
                "Add `keepdims=True`, or write `norms[:, None]`.",
            ),
        ),
    ),
    Misconception(
        "nan_at_zero",
        {"normalize_rows": rows_nan_at_zero},
        finding=Text(
            "Votre formule est la bonne, mais une ligne nulle donne 0/0 = NaN.",
            "Your formula is right, but a zero row gives 0/0 = NaN.",
        ),
        consequence=Text(
            "Une ligne de remplissage suffit à contaminer tous les produits qui suivent.",
            "One padding row is enough to contaminate every later product.",
        ),
        hints=(
            Text("À quoi sert l'argument `eps` ?", "What is the argument `eps` for?"),
            Text("Le dénominateur ne doit jamais être nul.", "The denominator must never be zero."),
            Text("`X / np.maximum(norms, eps)`.", "`X / np.maximum(norms, eps)`."),
        ),
    ),
    Misconception(
        "root_mean_square",
        {"normalize_rows": rows_root_mean_square},
        finding=Text(
            "Vous divisez par √(moyenne des xᵢ²) : vos lignes ont la longueur √d au lieu de 1.",
            "You divide by √(mean of xᵢ²): your rows have length √d instead of 1.",
        ),
        consequence=Text(
            "C'est la normalisation RMSNorm, utile dans un Transformer, mais X·Xᵀ donnerait d fois les cosinus.",
            "This is RMSNorm, useful in a Transformer, but X·Xᵀ would give d times the cosines.",
        ),
        hints=(
            Text("Quelle est la norme d'une ligne de votre résultat ?", "What is the norm of a row of your result?"),
            Text("Une norme est une somme, pas une moyenne.", "A norm is a sum, not a mean."),
            Text("Remplacez `np.mean` par `np.sum` sous la racine.", "Replace `np.mean` by `np.sum` under the root."),
        ),
    ),
)
