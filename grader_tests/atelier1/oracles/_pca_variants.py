"""1.9 pca: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np

from attentif.exercises import Equivalent, Misconception, Text


def pca_not_centred(X, k):
    _, s, Vh = np.linalg.svd(X, full_matrices=False)  # (r,), (r, d)
    return X @ Vh[:k].T, Vh[:k], s[:k] ** 2 / len(X)


def pca_rows_centred(X, k):
    Xc = X - X.mean(axis=1, keepdims=True)  # (n, d)
    _, s, Vh = np.linalg.svd(Xc, full_matrices=False)
    return Xc @ Vh[:k].T, Vh[:k], s[:k] ** 2 / len(X)


def pca_divided_by_n_minus_1(X, k):
    Xc = X - X.mean(axis=0)  # (n, d)
    _, s, Vh = np.linalg.svd(Xc, full_matrices=False)
    return Xc @ Vh[:k].T, Vh[:k], s[:k] ** 2 / (len(X) - 1)


def pca_sigma_not_squared(X, k):
    Xc = X - X.mean(axis=0)  # (n, d)
    _, s, Vh = np.linalg.svd(Xc, full_matrices=False)
    return Xc @ Vh[:k].T, Vh[:k], s[:k] / len(X)


def pca_smallest_variances(X, k):
    Xc = X - X.mean(axis=0)  # (n, d)
    values, vectors = np.linalg.eigh(Xc.T @ Xc / len(X))  # ascending (d,), (d, d)
    return Xc @ vectors[:, :k], vectors[:, :k].T, values[:k]


def pca_ascending_order(X, k):
    Xc = X - X.mean(axis=0)  # (n, d)
    values, vectors = np.linalg.eigh(Xc.T @ Xc / len(X))  # ascending (d,), (d, d)
    return Xc @ vectors[:, -k:], vectors[:, -k:].T, values[-k:]


def pca_uncentred_projection(X, k):
    Xc = X - X.mean(axis=0)  # (n, d)
    _, s, Vh = np.linalg.svd(Xc, full_matrices=False)
    return X @ Vh[:k].T, Vh[:k], s[:k] ** 2 / len(X)


def pca_by_covariance(X, k):
    mean = X.mean(axis=0)  # (d,)
    values, vectors = np.linalg.eigh((X - mean).T @ (X - mean) / len(X))
    values, vectors = values[::-1][:k], vectors[:, ::-1][:, :k]  # (k,), (d, k)
    return (X - mean) @ vectors, vectors.T, values


def pca_signs_fixed(X, k):
    Xc = X - X.mean(axis=0)  # (n, d)
    U, s, Vh = np.linalg.svd(Xc, full_matrices=False)
    signs = -np.sign(Vh[:k].sum(axis=1))  # (k,), each component sums to a negative number
    return U[:, :k] * s[:k] * signs, Vh[:k] * signs[:, None], s[:k] ** 2 / len(X)


def pca_by_variance_of_scores(X, k):
    Xc = (X - np.mean(X, axis=0)).T  # (d, n)
    U, _, _ = np.linalg.svd(Xc)
    Z = Xc.T @ U[:, :k]  # (n, k)
    return Z, U[:, :k].T, Z.var(axis=0)


MISCONCEPTIONS = (
    Misconception(
        name="not_centred",
        defines={"pca": pca_not_centred},
        finding=Text(
            "Votre sortie est exactement la décomposition de X lui-même : la moyenne n'a pas été retirée.",
            "Your output is exactly the decomposition of X itself: the mean was not removed.",
        ),
        consequence=Text(
            "La première composante pointe vers le centre du nuage au lieu de suivre son étalement : elle décrit où "
            "sont les données, non comment elles varient.",
            "The first component points at the centre of the cloud instead of following its spread: it says where "
            "the data are, not how they vary.",
        ),
        hints=(
            Text(
                "Que deviennent vos composantes si l'on ajoute 100 à toutes les données ? Et que devraient-elles "
                "devenir ?",
                "What happens to your components if 100 is added to all data? And what should happen?",
            ),
            Text(
                "Une variance se mesure autour de la moyenne : calculez la moyenne de chaque colonne, de forme (d,), "
                "avant toute décomposition.",
                "A variance is measured around the mean: compute the mean of each column, of shape (d,), before any "
                "decomposition.",
            ),
            Text(
                "Posez Xc = X − X.mean(axis=0), puis travaillez partout avec Xc (SVD et projection).",
                "Set Xc = X − X.mean(axis=0), then use Xc everywhere (SVD and projection).",
            ),
        ),
    ),
    Misconception(
        name="rows_centred",
        defines={"pca": pca_rows_centred},
        finding=Text(
            "Votre sortie est exactement celle d'un centrage par ligne : vous avez retiré à chaque individu la "
            "moyenne de ses propres coordonnées.",
            "Your output is exactly that of centring each row: from each sample you removed the mean of its own "
            "coordinates.",
        ),
        consequence=Text(
            "On additionne alors des grandeurs différentes (des mètres et des secondes, par exemple), et le nuage "
            "reste décentré ; une direction entière, celle du vecteur (1, …, 1), disparaît.",
            "Different quantities are then added together (metres and seconds, say) and the cloud stays off-centre; "
            "a whole direction, that of the vector (1, …, 1), vanishes.",
        ),
        hints=(
            Text(
                "Qui joue le rôle d'individu, qui joue celui de variable dans X (n, d) ?",
                "In X (n, d), which axis holds the samples and which the variables?",
            ),
            Text(
                "La moyenne à retirer est un point de l'espace : sa forme est (d,), pas (n, 1).",
                "The mean to remove is a point in space: its shape is (d,), not (n, 1).",
            ),
            Text(
                "Remplacez X.mean(axis=1, keepdims=True) par X.mean(axis=0).",
                "Replace X.mean(axis=1, keepdims=True) with X.mean(axis=0).",
            ),
        ),
    ),
    Misconception(
        name="divided_by_n_minus_1",
        defines={"pca": pca_divided_by_n_minus_1},
        finding=Text(
            "Z et les composantes sont justes ; vos variances valent exactement n/(n−1) fois celles attendues : vous "
            "divisez par n−1.",
            "Z and the components are right; your variances are exactly n/(n−1) times the expected ones: you divide "
            "by n−1.",
        ),
        consequence=Text(
            "C'est une autre convention (l'estimateur sans biais, celui de np.cov par défaut et de scikit-learn) ; "
            "l'énoncé fixe la division par n, comme X.var(axis=0).",
            "It is another convention (the unbiased estimator, the default of np.cov and of scikit-learn); the "
            "statement fixes division by n, as in X.var(axis=0).",
        ),
        hints=(
            Text(
                "Relisez la convention de l'énoncé pour la variance.",
                "Read again which convention the statement fixes for the variance.",
            ),
            Text(
                "Comparez Z.var(axis=0) à vos variances : elles devraient coïncider.",
                "Compare Z.var(axis=0) with your variances: they should coincide.",
            ),
            Text(
                "variances = s[:k]**2 / n, avec n = X.shape[0] (ou np.cov(…, bias=True)).",
                "variances = s[:k]**2 / n, with n = X.shape[0] (or np.cov(…, bias=True)).",
            ),
        ),
    ),
    Misconception(
        name="sigma_not_squared",
        defines={"pca": pca_sigma_not_squared},
        finding=Text(
            "Z et les composantes sont justes ; à la place des variances vous rendez exactement σ/n : la valeur "
            "singulière n'est pas élevée au carré.",
            "Z and the components are right; instead of the variances you return exactly σ/n: the singular value is "
            "not squared.",
        ),
        consequence=Text(
            "σ est une longueur, une variance est une longueur au carré : les parts de variance expliquée calculées "
            "ensuite seraient fausses et flatteraient les petites composantes.",
            "σ is a length, a variance is a squared length: the shares of explained variance computed from it would "
            "be wrong and would flatter the small components.",
        ),
        hints=(
            Text(
                "Si vous multipliez toutes les données par 10, par combien une variance doit-elle être multipliée ?",
                "If all data are multiplied by 10, by how much must a variance be multiplied?",
            ),
            Text(
                "Avec Xc = UΣVᵀ, la covariance XcᵀXc/n vaut VΣ²Vᵀ/n : lisez-y ses valeurs propres.",
                "With Xc = UΣVᵀ, the covariance XcᵀXc/n equals VΣ²Vᵀ/n: read its eigenvalues there.",
            ),
            Text("variances = s[:k]**2 / n.", "variances = s[:k]**2 / n."),
        ),
    ),
    Misconception(
        name="smallest_variances",
        defines={"pca": pca_smallest_variances},
        finding=Text(
            "Vous rendez exactement les k composantes de plus petite variance.",
            "You return exactly the k components of smallest variance.",
        ),
        consequence=Text(
            "Vous gardez le bruit et jetez l'information : la projection écrase le nuage là où il s'étend le plus.",
            "You keep the noise and throw the information away: the projection crushes the cloud where it spreads "
            "most.",
        ),
        hints=(
            Text(
                "Affichez toutes les valeurs propres avant d'en garder k : dans quel ordre arrivent-elles ?",
                "Print all eigenvalues before keeping k of them: in which order do they come?",
            ),
            Text(
                "np.linalg.eigh range les valeurs propres par ordre croissant ; np.linalg.svd fait l'inverse.",
                "np.linalg.eigh sorts eigenvalues in ascending order; np.linalg.svd does the opposite.",
            ),
            Text(
                "Renversez avant de couper : values[::-1][:k] et vectors[:, ::-1][:, :k].T.",
                "Reverse before cutting: values[::-1][:k] and vectors[:, ::-1][:, :k].T.",
            ),
        ),
    ),
    Misconception(
        name="ascending_order",
        defines={"pca": pca_ascending_order},
        finding=Text(
            "Vous gardez les k bonnes composantes, mais rangées de la plus petite variance à la plus grande.",
            "You keep the right k components, but sorted from the smallest variance to the largest.",
        ),
        consequence=Text(
            "Qui lira Z[:, 0] croira tenir l'axe principal du nuage et tiendra le dernier des k axes gardés.",
            "Whoever reads Z[:, 0] will believe it is the main axis of the cloud and hold the last of the k kept.",
        ),
        hints=(
            Text(
                "La première composante doit être celle qui explique le plus de variance.",
                "The first component must be the one that explains most variance.",
            ),
            Text(
                "eigh est croissant : prendre les k dernières colonnes ne suffit pas, il faut aussi les renverser, et "
                "les variances avec elles.",
                "eigh is ascending: taking the last k columns is not enough, reverse them too, and the variances "
                "along.",
            ),
            Text(
                "order = np.argsort(values)[::-1][:k], puis values[order] et vectors[:, order].T.",
                "order = np.argsort(values)[::-1][:k], then values[order] and vectors[:, order].T.",
            ),
        ),
    ),
    Misconception(
        name="uncentred_projection",
        defines={"pca": pca_uncentred_projection},
        finding=Text(
            "Composantes et variances sont justes, mais votre Z est exactement X·Cᵀ : c'est X, non centré, que vous "
            "projetez.",
            "Components and variances are right, but your Z is exactly X·Cᵀ: it is X, not centred, that you project.",
        ),
        consequence=Text(
            "Toutes les coordonnées sont décalées d'une même constante : Z n'est pas de moyenne nulle, et "
            "Z·C + moyenne ne redonne plus les données.",
            "All coordinates are shifted by the same constant: Z has no zero mean, and Z·C + mean no longer gives "
            "the data back.",
        ),
        hints=(
            Text(
                "Calculez Z.mean(axis=0) : que devrait-on trouver ?",
                "Compute Z.mean(axis=0): what should one find?",
            ),
            Text(
                "Le centrage sert deux fois : pour trouver les axes, puis pour lire les coordonnées sur ces axes.",
                "Centring is used twice: to find the axes, then to read coordinates on them.",
            ),
            Text("Z = (X − X.mean(axis=0)) @ components.T.", "Z = (X − X.mean(axis=0)) @ components.T."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("covariance", {"pca": pca_by_covariance}),
    Equivalent("signs_fixed", {"pca": pca_signs_fixed}),
    Equivalent("variance_of_scores", {"pca": pca_by_variance_of_scores}),
)
