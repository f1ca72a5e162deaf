"""1.7 Orthogonal projection: the wrong answers worth a name, and other right ones."""

import numpy as np
import torch

from attentif.exercises import Equivalent, Misconception, Text


def projection_unnormalised(X, y):
    directions = []
    for x in X.T.astype(float):
        u = x.copy()
        for v in directions:
            u -= (x @ v) * v
        directions.append(u)
    return sum((y @ u) * u for u in directions)


def projection_last_sum_unnormalised(X, y):
    directions = []
    for x in X.T.astype(float):
        u = x.copy()
        for v in directions:
            u -= (u @ v) / (v @ v) * v
        if np.linalg.norm(u) > 1e-10 * np.linalg.norm(x):
            directions.append(u)
    return sum((y @ u) * u for u in directions)


def projection_orthogonalised_unnormalised(X, y):
    directions = []
    for x in X.T.astype(float):
        u = x.copy()
        for v in directions:
            u -= (u @ v) * v
        if np.linalg.norm(u) > 1e-10 * np.linalg.norm(x):
            directions.append(u)
    return sum((y @ u) / (u @ u) * u for u in directions)


def projection_classical_gram_schmidt(X, y):
    Q = np.zeros((len(X), 0))
    for x in X.T.astype(float):
        u = x - Q @ (Q.T @ x)
        if np.linalg.norm(u) > 1e-10 * np.linalg.norm(x):
            Q = np.column_stack([Q, u / np.linalg.norm(u)])
    return Q @ (Q.T @ y)


def projection_on_each_column(X, y):
    return sum((y @ x) / (x @ x) * x for x in X.T if x @ x > 0)


def projection_residual(X, y):
    return y - X @ np.linalg.lstsq(X, y, rcond=None)[0]


def projection_coefficients(X, y):
    return np.linalg.lstsq(X, y, rcond=None)[0]


def projection_normal_equations(X, y):
    return X @ np.linalg.solve(X.T @ X, X.T @ y)


def projection_without_inverse(X, y):
    return X @ (X.T @ y)


def projection_by_lstsq(X, y):
    return X @ np.linalg.lstsq(X, y, rcond=None)[0]


def projection_by_svd(X, y):
    U, s, _ = np.linalg.svd(X, full_matrices=False)
    U = U[:, s > 1e-11 * s[0]]
    return U @ (U.T @ y)


def projection_by_modified_gram_schmidt(X, y):
    rest, projection = y.astype(float), np.zeros(len(y))
    basis = []
    for x in X.T.astype(float):
        u = x.copy()
        for q in basis:
            u -= (q @ u) * q
        if np.linalg.norm(u) > 1e-10 * np.linalg.norm(x):
            q = u / np.linalg.norm(u)
            basis.append(q)
            projection += (q @ rest) * q
            rest = rest - (q @ rest) * q
    return projection


def projection_by_torch(X, y):
    X, y = torch.tensor(X, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)
    return (X @ (torch.linalg.pinv(X, rtol=1e-12) @ y)).numpy()


EQUIVALENTS = (
    Equivalent("lstsq", {"orthogonal_projection": projection_by_lstsq}),
    Equivalent("svd", {"orthogonal_projection": projection_by_svd}),
    Equivalent("modified_gram_schmidt", {"orthogonal_projection": projection_by_modified_gram_schmidt}),
    Equivalent("torch_pinv", {"orthogonal_projection": projection_by_torch}),
)

MISCONCEPTIONS = (
    Misconception(
        "unnormalised",
        {"orthogonal_projection": projection_unnormalised},
        finding=Text(
            "Vos directions uᵢ n'ont pas la longueur 1, et vous projetez par ⟨y,u⟩u : il manque la division par ‖u‖².",
            "Your directions uᵢ do not have length 1, and you project by ⟨y,u⟩u: the division by ‖u‖² is missing.",
        ),
        consequence=Text(
            "Doubler une colonne de X multiplie sa contribution par 4, alors que le sous-espace n'a pas changé.",
            "Doubling a column of X multiplies its share by 4, although the subspace has not changed.",
        ),
        hints=(
            Text("Que donne votre projection si l'on double X ?", "What does your projection give if X is doubled?"),
            Text("⟨y,u⟩u n'est une projection que si ‖u‖ = 1.", "⟨y,u⟩u is a projection only if ‖u‖ = 1."),
            Text(
                "Après l'orthogonalisation : `q = u / np.linalg.norm(u)`.",
                "After orthogonalising: `q = u / np.linalg.norm(u)`.",
            ),
        ),
    ),
    Misconception(
        "last_sum_unnormalised",
        {"orthogonal_projection": projection_last_sum_unnormalised},
        finding=Text(
            "Vos directions uᵢ sont orthogonales, mais la dernière somme Σ⟨y,uᵢ⟩uᵢ oublie de diviser par ‖uᵢ‖².",
            "Your directions uᵢ are orthogonal, but the last sum Σ⟨y,uᵢ⟩uᵢ forgets to divide by ‖uᵢ‖².",
        ),
        consequence=Text(
            "Doubler une colonne de X multiplie sa contribution par 4, alors que le sous-espace n'a pas changé.",
            "Doubling a column of X multiplies its share by 4, although the subspace has not changed.",
        ),
        hints=(
            Text("Que donne votre projection si l'on double X ?", "What does your projection give if X is doubled?"),
            Text("⟨y,u⟩u n'est une projection que si ‖u‖ = 1.", "⟨y,u⟩u is a projection only if ‖u‖ = 1."),
            Text(
                "`q = u / np.linalg.norm(u)` avant de garder q, ou `(y @ u) / (u @ u) * u`.",
                "`q = u / np.linalg.norm(u)` before q is kept, or `(y @ u) / (u @ u) * u`.",
            ),
        ),
    ),
    Misconception(
        "orthogonalised_unnormalised",
        {"orthogonal_projection": projection_orthogonalised_unnormalised},
        finding=Text(
            "La dernière somme divise bien par ‖u‖², mais en orthogonalisant vous retirez ⟨x,u⟩u sans cette division.",
            "The last sum does divide by ‖u‖², but while orthogonalising you subtract ⟨x,u⟩u without that division.",
        ),
        consequence=Text(
            "Vos directions ne sont pas orthogonales : leurs contributions se recouvrent.",
            "Your directions are not orthogonal: their shares overlap.",
        ),
        hints=(
            Text("Que valent les produits ⟨uᵢ, uⱼ⟩ ?", "What are the products ⟨uᵢ, uⱼ⟩?"),
            Text(
                "La part de x le long de u est ⟨x,u⟩/⟨u,u⟩ fois u.",
                "The share of x along u is ⟨x,u⟩/⟨u,u⟩ times u.",
            ),
            Text("`u -= (u @ v) / (v @ v) * v`.", "`u -= (u @ v) / (v @ v) * v`."),
        ),
    ),
    Misconception(
        "classical_gram_schmidt",
        {"orthogonal_projection": projection_classical_gram_schmidt},
        finding=Text(
            "Votre Gram–Schmidt, juste sur le papier, perd l'orthogonalité quand des colonnes sont presque parallèles.",
            "Your Gram–Schmidt, right on paper, loses orthogonality when columns are almost parallel.",
        ),
        consequence=Text(
            "Les vecteurs « orthonormés » ne le sont plus, et la somme des ⟨y,q⟩q n'est plus une projection.",
            "The “orthonormal” vectors no longer are, and the sum of ⟨y,q⟩q is no longer a projection.",
        ),
        hints=(
            Text("Affichez QᵀQ : est-ce l'identité ?", "Print QᵀQ: is it the identity?"),
            Text(
                "Le reste d'une colonne presque parallèle est minuscule, l'arrondi y pèse : orthogonalisez-le encore.",
                "The rest of an almost parallel column is tiny, and rounding weighs on it: orthogonalise it again.",
            ),
            Text(
                "Refaites `u = u - Q @ (Q.T @ u)` une deuxième fois avant de normaliser.",
                "Do `u = u - Q @ (Q.T @ u)` a second time before normalising.",
            ),
        ),
    ),
    Misconception(
        "column_by_column",
        {"orthogonal_projection": projection_on_each_column},
        finding=Text(
            "Votre sortie est exactement Σ⟨y,xᵢ⟩xᵢ/‖xᵢ‖² : vous projetez sur chaque colonne, puis vous additionnez.",
            "Your output is exactly Σ⟨y,xᵢ⟩xᵢ/‖xᵢ‖²: you project on each column and add up.",
        ),
        consequence=Text(
            "C'est juste si les colonnes sont orthogonales ; sinon, ce qu'elles partagent compte plusieurs fois.",
            "This is right if the columns are orthogonal; else what they share is counted several times.",
        ),
        hints=(
            Text(
                "Projetez deux fois de suite : le résultat change-t-il ?",
                "Project twice in a row: does the result change?",
            ),
            Text("Rendez d'abord les colonnes orthogonales.", "Make the columns orthogonal first."),
            Text(
                "Retirez à chaque colonne ses composantes sur les précédentes : `u = x - Q @ (Q.T @ x)`.",
                "Take from each column its components on the previous ones: `u = x - Q @ (Q.T @ x)`.",
            ),
        ),
    ),
    Misconception(
        "residual",
        {"orthogonal_projection": projection_residual},
        finding=Text(
            "Votre sortie est exactement y − p : le résidu, et non la projection p.",
            "Your output is exactly y − p: the residual, not the projection p.",
        ),
        consequence=Text(
            "Le résidu est orthogonal aux colonnes de X ; la projection doit, elle, en être une combinaison.",
            "The residual is orthogonal to the columns of X; the projection must be a combination of them.",
        ),
        hints=(
            Text(
                "Que doit donner un y déjà dans l'espace des colonnes ?",
                "What must a y already in the column space give?",
            ),
            Text("y se décompose en p + (y − p).", "y splits into p + (y − p)."),
            Text("Renvoyez p, sans le retrancher à y.", "Return p, without subtracting it from y."),
        ),
    ),
    Misconception(
        "coefficients",
        {"orthogonal_projection": projection_coefficients},
        finding=Text(
            "Vous renvoyez les k coefficients de la combinaison, et non le vecteur projeté, de longueur n.",
            "You return the k coefficients of the combination, not the projected vector of length n.",
        ),
        consequence=Text(
            "Les coefficients dépendent du choix des colonnes ; la projection, elle, ne dépend que du sous-espace.",
            "Coefficients depend on the choice of columns; the projection depends on the subspace only.",
        ),
        hints=(
            Text("Quelle forme l'énoncé demande-t-il : (k,) ou (n,) ?", "Which shape is asked for: (k,) or (n,)?"),
            Text("Il reste à former la combinaison des colonnes.", "The combination of the columns is left to form."),
            Text("Renvoyez `X @ coefficients`.", "Return `X @ coefficients`."),
        ),
    ),
    Misconception(
        "normal_equations",
        {"orthogonal_projection": projection_normal_equations},
        finding=Text(
            "Votre formule X(XᵀX)⁻¹Xᵀy est juste sur le papier, mais XᵀX devient singulière dès que deux colonnes "
            "sont presque parallèles.",
            "Your formula X(XᵀX)⁻¹Xᵀy is right on paper, but XᵀX becomes singular as soon as two columns are "
            "almost parallel.",
        ),
        consequence=Text(
            "Former XᵀX élève au carré le conditionnement : la moitié des chiffres significatifs est perdue.",
            "Forming XᵀX squares the condition number: half of the significant digits are lost.",
        ),
        hints=(
            Text(
                "Comparez `np.linalg.cond(X)` et `np.linalg.cond(X.T @ X)`.",
                "Compare `np.linalg.cond(X)` and `np.linalg.cond(X.T @ X)`.",
            ),
            Text("Travaillez sur X, sans former XᵀX.", "Work on X, without forming XᵀX."),
            Text(
                "Gram–Schmidt fait deux fois, ou `np.linalg.lstsq(X, y, rcond=None)`.",
                "Gram–Schmidt done twice, or `np.linalg.lstsq(X, y, rcond=None)`.",
            ),
        ),
    ),
    Misconception(
        "inverse_missing",
        {"orthogonal_projection": projection_without_inverse},
        finding=Text(
            "Votre sortie est exactement X·Xᵀ·y : il manque (XᵀX)⁻¹ entre les deux.",
            "Your output is exactly X·Xᵀ·y: (XᵀX)⁻¹ is missing in between.",
        ),
        consequence=Text(
            "X·Xᵀ n'est une projection que si les colonnes de X sont orthonormées ; doubler X multiplie votre résultat "
            "par 4.",
            "X·Xᵀ is a projection only if the columns of X are orthonormal; doubling X multiplies your result by 4.",
        ),
        hints=(
            Text(
                "Projetez une colonne de X : elle est déjà dans l'espace, doit-elle bouger ?",
                "Project a column of X: it lies in the space already, should it move?",
            ),
            Text(
                "Xᵀy (k,) contient des produits scalaires ; ce ne sont des coordonnées que dans une base orthonormée.",
                "Xᵀy (k,) holds dot products; they are coordinates in an orthonormal basis only.",
            ),
            Text(
                "Orthonormalisez d'abord les colonnes de X en Q, puis `Q @ (Q.T @ y)`.",
                "First orthonormalise the columns of X into Q, then `Q @ (Q.T @ y)`.",
            ),
        ),
    ),
)
