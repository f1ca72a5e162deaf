"""1.8 Low-rank approximation: the wrong answers worth a name, and other right ones.

A wrong A_r may come with the error that the theorem promises, or with the distance to A measured: two variants.
"""

import numpy as np
import torch

from attentif.exercises import Equivalent, Misconception, Text


def svd_without_sigma(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    return U[:, :r] @ Vh[:r], np.sqrt(np.sum(s[r:] ** 2))


def svd_without_sigma_measured(A, r):
    U, _, Vh = np.linalg.svd(A, full_matrices=False)
    A_r = U[:, :r] @ Vh[:r]
    return A_r, np.linalg.norm(A - A_r)


def svd_columns_of_vh(A, r):
    U, s, Vh = np.linalg.svd(A)
    return (U[:, :r] * s[:r]) @ Vh[:, :r].T, np.sqrt(np.sum(s[r:] ** 2))


def svd_columns_of_vh_measured(A, r):
    U, s, Vh = np.linalg.svd(A)
    A_r = (U[:, :r] * s[:r]) @ Vh[:, :r].T
    return A_r, np.linalg.norm(A - A_r)


def svd_columns_of_reduced_vh(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    return (U[:, :r] * s[:r]) @ Vh[:, :r].T, np.sqrt(np.sum(s[r:] ** 2))


def svd_columns_of_reduced_vh_measured(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    A_r = (U[:, :r] * s[:r]) @ Vh[:, :r].T
    return A_r, np.linalg.norm(A - A_r)


def svd_smallest_kept(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    return (U[:, -r:] * s[-r:]) @ Vh[-r:], np.sqrt(np.sum(s[r:] ** 2))


def svd_smallest_kept_measured(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    A_r = (U[:, -r:] * s[-r:]) @ Vh[-r:]
    return A_r, np.linalg.norm(A - A_r)


def svd_sigma_squared(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    return (U[:, :r] * s[:r] ** 2) @ Vh[:r], np.sqrt(np.sum(s[r:] ** 2))


def svd_sigma_squared_measured(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    A_r = (U[:, :r] * s[:r] ** 2) @ Vh[:r]
    return A_r, np.linalg.norm(A - A_r)


def svd_error_sum(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    return (U[:, :r] * s[:r]) @ Vh[:r], np.sum(s[r:])


def svd_error_squared(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    return (U[:, :r] * s[:r]) @ Vh[:r], np.sum(s[r:] ** 2)


def svd_error_spectral(A, r):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    return (U[:, :r] * s[:r]) @ Vh[:r], s[r] if r < len(s) else 0.0


def low_rank_by_outer_products(A, r):
    U, s, Vh = np.linalg.svd(A)
    A_r = sum(s[i] * np.outer(U[:, i], Vh[i]) for i in range(min(r, len(s))))
    return A_r, np.linalg.norm(A - A_r)


def low_rank_by_projection(A, r):
    U = np.linalg.eigh(A @ A.T)[1][:, ::-1][:, :r]
    A_r = U @ (U.T @ A)
    return A_r, np.sqrt(np.sum((A - A_r) ** 2))


def low_rank_by_torch(A, r):
    A = torch.tensor(A, dtype=torch.float64)
    U, s, Vh = torch.linalg.svd(A, full_matrices=False)
    s[r:] = 0
    A_r = U @ torch.diag(s) @ Vh
    return A_r.numpy(), torch.linalg.norm(A - A_r).item()


EQUIVALENTS = (
    Equivalent("outer_products", {"low_rank_approximation": low_rank_by_outer_products}),
    Equivalent("projection", {"low_rank_approximation": low_rank_by_projection}),
    Equivalent("torch_svd", {"low_rank_approximation": low_rank_by_torch}),
)

_WITHOUT_SIGMA = {
    "finding": Text(
        "Votre A_r est exactement U_r·V_rᵀ : les valeurs singulières Σ manquent.",
        "Your A_r is exactly U_r·V_rᵀ: the singular values Σ are missing.",
    ),
    "consequence": Text(
        "Toutes les directions ont le même poids 1 : l'échelle de A est perdue.",
        "All directions weigh 1: the scale of A is lost.",
    ),
    "hints": (
        Text("La SVD a trois facteurs : lequel manque ?", "The SVD has three factors: which one is missing?"),
        Text("A_r = Σᵢ σᵢ uᵢ vᵢᵀ, pour i ≤ r.", "A_r = Σᵢ σᵢ uᵢ vᵢᵀ, for i ≤ r."),
        Text("`(U[:, :r] * s[:r]) @ Vh[:r]`.", "`(U[:, :r] * s[:r]) @ Vh[:r]`."),
    ),
}
_COLUMNS_OF_VH = {
    "finding": Text(
        "Vous prenez les r premières colonnes de `Vh` : mais `Vh` est Vᵀ, et les vᵢ en sont les lignes.",
        "You take the first r columns of `Vh`: but `Vh` is Vᵀ, and the vᵢ are its rows.",
    ),
    "consequence": Text(
        "La forme peut être la bonne, mais les vecteurs ne sont pas les vecteurs singuliers de A.",
        "The shape may be right, but the vectors are not the singular vectors of A.",
    ),
    "hints": (
        Text("Que renvoie `np.linalg.svd` : V ou Vᵀ ?", "What does `np.linalg.svd` return: V or Vᵀ?"),
        Text("vᵢ est la ligne i de `Vh`.", "vᵢ is row i of `Vh`."),
        Text("`Vh[:r]`, de forme (r, n), sans transposer.", "`Vh[:r]`, of shape (r, n), without transposing."),
    ),
}
_SMALLEST_KEPT = {
    "finding": Text(
        "Vous gardez les r plus petites valeurs singulières au lieu des r plus grandes.",
        "You keep the r smallest singular values instead of the r largest.",
    ),
    "consequence": Text(
        "C'est presque la pire approximation possible : vous jetez les directions qui portent l'énergie de A.",
        "This is almost the worst approximation possible: you drop the directions that carry A's energy.",
    ),
    "hints": (
        Text("Dans quel ordre `np.linalg.svd` range-t-elle les σ ?", "In which order does `np.linalg.svd` sort the σ?"),
        Text(
            "Les σ sont décroissants : les plus grands sont en tête.", "The σ are decreasing: the largest come first."
        ),
        Text("`:r` au lieu de `-r:`.", "`:r` instead of `-r:`."),
    ),
}
_SIGMA_SQUARED = {
    "finding": Text(
        "Votre A_r est exactement U_r·Σ_r²·V_rᵀ : les valeurs singulières comptent deux fois.",
        "Your A_r is exactly U_r·Σ_r²·V_rᵀ: the singular values count twice.",
    ),
    "consequence": Text(
        "Les directions fortes sont gonflées, les faibles écrasées : même r = rang(A) ne redonne pas A.",
        "Strong directions are inflated, weak ones crushed: even r = rank(A) does not give A back.",
    ),
    "hints": (
        Text("Avec r maximal, retrouvez-vous A ?", "With the largest r, do you get A back?"),
        Text(
            "σ² est une valeur propre de AᵀA ; la SVD de A contient σ.",
            "σ² is an eigenvalue of AᵀA; the SVD of A holds σ.",
        ),
        Text("Multipliez par `s[:r]` une seule fois.", "Multiply by `s[:r]` once only."),
    ),
}

MISCONCEPTIONS = (
    Misconception("without_sigma", {"low_rank_approximation": svd_without_sigma}, **_WITHOUT_SIGMA),
    Misconception("without_sigma_measured", {"low_rank_approximation": svd_without_sigma_measured}, **_WITHOUT_SIGMA),
    Misconception("columns_of_vh", {"low_rank_approximation": svd_columns_of_vh}, **_COLUMNS_OF_VH),
    Misconception("columns_of_vh_measured", {"low_rank_approximation": svd_columns_of_vh_measured}, **_COLUMNS_OF_VH),
    Misconception("columns_of_reduced_vh", {"low_rank_approximation": svd_columns_of_reduced_vh}, **_COLUMNS_OF_VH),
    Misconception(
        "columns_of_reduced_vh_measured",
        {"low_rank_approximation": svd_columns_of_reduced_vh_measured},
        **_COLUMNS_OF_VH,
    ),
    Misconception("smallest_kept", {"low_rank_approximation": svd_smallest_kept}, **_SMALLEST_KEPT),
    Misconception("smallest_kept_measured", {"low_rank_approximation": svd_smallest_kept_measured}, **_SMALLEST_KEPT),
    Misconception("sigma_squared", {"low_rank_approximation": svd_sigma_squared}, **_SIGMA_SQUARED),
    Misconception("sigma_squared_measured", {"low_rank_approximation": svd_sigma_squared_measured}, **_SIGMA_SQUARED),
    Misconception(
        "error_sum",
        {"low_rank_approximation": svd_error_sum},
        finding=Text(
            "Votre A_r est juste, mais votre erreur est exactement Σσᵢ (i > r) au lieu de √Σσᵢ².",
            "Your A_r is right, but your error is exactly Σσᵢ (i > r) instead of √Σσᵢ².",
        ),
        consequence=Text(
            "C'est la norme nucléaire de A − A_r ; elle surestime l'erreur de Frobenius.",
            "This is the nuclear norm of A − A_r; it overstates the Frobenius error.",
        ),
        hints=(
            Text("Comparez avec `np.linalg.norm(A - A_r)`.", "Compare with `np.linalg.norm(A - A_r)`."),
            Text("‖·‖_F est la racine d'une somme de carrés.", "‖·‖_F is the root of a sum of squares."),
            Text("`np.sqrt(np.sum(s[r:] ** 2))`.", "`np.sqrt(np.sum(s[r:] ** 2))`."),
        ),
    ),
    Misconception(
        "error_squared",
        {"low_rank_approximation": svd_error_squared},
        finding=Text(
            "Votre A_r est juste, mais votre erreur est exactement Σσᵢ² (i > r) : la racine carrée manque.",
            "Your A_r is right, but your error is exactly Σσᵢ² (i > r): the square root is missing.",
        ),
        consequence=Text(
            "C'est ‖A − A_r‖_F² : multiplier A par 10 multiplierait l'erreur par 100.",
            "This is ‖A − A_r‖_F²: multiplying A by 10 would multiply the error by 100.",
        ),
        hints=(
            Text("Comparez avec `np.linalg.norm(A - A_r)`.", "Compare with `np.linalg.norm(A - A_r)`."),
            Text("Une norme a la même unité que A.", "A norm has the same unit as A."),
            Text("`np.sqrt(np.sum(s[r:] ** 2))`.", "`np.sqrt(np.sum(s[r:] ** 2))`."),
        ),
    ),
    Misconception(
        "error_spectral",
        {"low_rank_approximation": svd_error_spectral},
        finding=Text(
            "Votre A_r est juste, mais votre erreur est exactement σ_{r+1} : la norme spectrale de A − A_r.",
            "Your A_r is right, but your error is exactly σ_{r+1}: the spectral norm of A − A_r.",
        ),
        consequence=Text(
            "Seule la première direction rejetée y compte ; la norme de Frobenius les compte toutes.",
            "Only the first dropped direction counts in it; the Frobenius norm counts them all.",
        ),
        hints=(
            Text("Comparez avec `np.linalg.norm(A - A_r)`.", "Compare with `np.linalg.norm(A - A_r)`."),
            Text("Toutes les σᵢ rejetées entrent dans ‖A − A_r‖_F.", "All dropped σᵢ enter ‖A − A_r‖_F."),
            Text("`np.sqrt(np.sum(s[r:] ** 2))`.", "`np.sqrt(np.sum(s[r:] ** 2))`."),
        ),
    ),
)
