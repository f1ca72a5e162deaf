"""1.1 Cosine similarity: the wrong answers worth a name, and other right ones."""

import numpy as np

from attentif.exercises import Equivalent, Misconception, Text


def cosine_dot_product(u, v):
    return u @ v


def cosine_first_norm_only(u, v):
    norm = np.linalg.norm(u)
    return u @ v / norm if norm > 0 else 0.0


def cosine_squared_norms(u, v):
    norms = (u @ u) * (v @ v)
    return u @ v / norms if norms > 0 else 0.0


def cosine_l1_norms(u, v):
    norms = np.sum(np.abs(u)) * np.sum(np.abs(v))
    return u @ v / norms if norms > 0 else 0.0


def cosine_distance(u, v):
    norms = np.linalg.norm(u) * np.linalg.norm(v)
    return 1 - (u @ v / norms if norms > 0 else 0.0)


def cosine_absolute(u, v):
    norms = np.linalg.norm(u) * np.linalg.norm(v)
    return abs(u @ v) / norms if norms > 0 else 0.0


def cosine_sum_of_norms(u, v):
    norms = np.linalg.norm(u) + np.linalg.norm(v)
    return u @ v / norms if norms > 0 else 0.0


def cosine_nan_at_zero(u, v):
    return np.dot(u, v) / (np.linalg.norm(u) * np.linalg.norm(v))


def cosine_of_unit_vectors(u, v):
    u = u / max(np.linalg.norm(u), 1e-12)
    v = v / max(np.linalg.norm(v), 1e-12)
    return float(np.sum(u * v))


def cosine_with_epsilon(u, v):
    return float(np.dot(u, v) / (np.sqrt(np.sum(u**2)) * np.sqrt(np.sum(v**2)) + 1e-12))


EQUIVALENTS = (
    Equivalent("unit_vectors_first", {"cosine_similarity": cosine_of_unit_vectors}),
    Equivalent("small_epsilon", {"cosine_similarity": cosine_with_epsilon}),
)

MISCONCEPTIONS = (
    Misconception(
        "dot_product",
        {"cosine_similarity": cosine_dot_product},
        finding=Text(
            "Votre sortie est exactement u·v : la division par les normes manque.",
            "Your output is exactly u·v: the division by the norms is missing.",
        ),
        consequence=Text(
            "Un vecteur long paraît proche de tout le monde : on mesure la longueur autant que la direction.",
            "A long vector looks close to everybody: length is measured as much as direction.",
        ),
        hints=(
            Text("Que devient votre résultat si l'on double u ?", "What becomes of your result if u is doubled?"),
            Text("u·v = ‖u‖‖v‖cos θ : isolez cos θ.", "u·v = ‖u‖‖v‖cos θ: solve for cos θ."),
            Text(
                "Divisez par `np.linalg.norm(u) * np.linalg.norm(v)`.",
                "Divide by `np.linalg.norm(u) * np.linalg.norm(v)`.",
            ),
        ),
    ),
    Misconception(
        "first_norm_only",
        {"cosine_similarity": cosine_first_norm_only},
        finding=Text(
            "Votre sortie est exactement u·v/‖u‖ : il manque la division par ‖v‖.",
            "Your output is exactly u·v/‖u‖: the division by ‖v‖ is missing.",
        ),
        consequence=Text(
            "C'est la longueur de la projection de v sur u : elle dépend de la longueur de v et n'est pas symétrique.",
            "This is the length of the projection of v on u: it depends on the length of v and is not symmetric.",
        ),
        hints=(
            Text("cos(u, v) et cos(v, u) doivent être égaux.", "cos(u, v) and cos(v, u) must be equal."),
            Text("Les deux normes entrent au dénominateur.", "Both norms go in the denominator."),
            Text(
                "Divisez par `np.linalg.norm(u) * np.linalg.norm(v)`.",
                "Divide by `np.linalg.norm(u) * np.linalg.norm(v)`.",
            ),
        ),
    ),
    Misconception(
        "squared_norms",
        {"cosine_similarity": cosine_squared_norms},
        finding=Text(
            "Votre sortie est exactement u·v/(‖u‖²‖v‖²) : les racines carrées des normes manquent.",
            "Your output is exactly u·v/(‖u‖²‖v‖²): the square roots of the norms are missing.",
        ),
        consequence=Text(
            "Plus les vecteurs sont longs, plus leur ressemblance paraît faible, même s'ils sont parallèles.",
            "The longer the vectors, the less alike they seem, even when they are parallel.",
        ),
        hints=(
            Text("Que vaut votre cos(u, u) ?", "What is your cos(u, u)?"),
            Text("‖u‖ = √(Σuᵢ²) : `u @ u` vaut ‖u‖².", "‖u‖ = √(Σuᵢ²): `u @ u` is ‖u‖²."),
            Text("Utilisez `np.sqrt(u @ u)` ou `np.linalg.norm(u)`.", "Use `np.sqrt(u @ u)` or `np.linalg.norm(u)`."),
        ),
    ),
    Misconception(
        "l1_norms",
        {"cosine_similarity": cosine_l1_norms},
        finding=Text(
            "Votre sortie est exactement u·v/(‖u‖₁‖v‖₁) : les normes sont des sommes de valeurs absolues.",
            "Your output is exactly u·v/(‖u‖₁‖v‖₁): the norms are sums of absolute values.",
        ),
        consequence=Text(
            "Ce n'est plus un cosinus : cos(u, u) < 1 dès que u a deux composantes non nulles.",
            "This is no longer a cosine: cos(u, u) < 1 as soon as u has two non-zero entries.",
        ),
        hints=(
            Text("Quelle norme vient du produit scalaire ?", "Which norm comes from the dot product?"),
            Text("‖u‖² = u·u : c'est la norme euclidienne.", "‖u‖² = u·u: the Euclidean norm."),
            Text("`np.linalg.norm(u)`, sans argument `ord`.", "`np.linalg.norm(u)`, without `ord`."),
        ),
    ),
    Misconception(
        "distance",
        {"cosine_similarity": cosine_distance},
        finding=Text(
            "Votre sortie est exactement 1 − cos(u, v) : c'est la distance cosinus, pas la similarité.",
            "Your output is exactly 1 − cos(u, v): the cosine distance, not the similarity.",
        ),
        consequence=Text(
            "L'ordre s'inverse : le vecteur le plus proche recevrait la plus petite note.",
            "The order is reversed: the closest vector would get the lowest score.",
        ),
        hints=(
            Text("Deux vecteurs identiques doivent donner 1.", "Two identical vectors must give 1."),
            Text(
                "Certaines bibliothèques renvoient une distance, pas un cosinus.", "Some libraries return a distance."
            ),
            Text("Retirez le « 1 − ».", "Remove the “1 −”."),
        ),
    ),
    Misconception(
        "absolute",
        {"cosine_similarity": cosine_absolute},
        finding=Text(
            "Votre sortie est exactement |cos(u, v)| : le signe est perdu.",
            "Your output is exactly |cos(u, v)|: the sign is lost.",
        ),
        consequence=Text(
            "Deux vecteurs opposés passeraient pour identiques : « bon » et « mauvais » auraient la note 1.",
            "Two opposite vectors would pass for identical: “good” and “bad” would score 1.",
        ),
        hints=(
            Text("Que doit valoir cos(u, −3u) ?", "What must cos(u, −3u) be?"),
            Text(
                "Seules les normes sont positives ; u·v garde son signe.",
                "Only norms are positive; u·v keeps its sign.",
            ),
            Text("Retirez `abs` autour de `u @ v`.", "Remove `abs` around `u @ v`."),
        ),
    ),
    Misconception(
        "sum_of_norms",
        {"cosine_similarity": cosine_sum_of_norms},
        finding=Text(
            "Votre sortie est exactement u·v/(‖u‖ + ‖v‖) : les normes sont ajoutées au lieu d'être multipliées.",
            "Your output is exactly u·v/(‖u‖ + ‖v‖): the norms are added instead of multiplied.",
        ),
        consequence=Text(
            "Le résultat n'est plus entre −1 et 1 et change quand on allonge un vecteur.",
            "The result no longer lies between −1 and 1 and changes when a vector is stretched.",
        ),
        hints=(
            Text("Que devient votre résultat si l'on double u et v ?", "What if both u and v are doubled?"),
            Text(
                "u·v est un produit de longueurs : divisez par un produit.",
                "u·v is a product of lengths: divide by a product.",
            ),
            Text(
                "`np.linalg.norm(u) * np.linalg.norm(v)`, avec `*` et non `+`.",
                "`np.linalg.norm(u) * np.linalg.norm(v)`, with `*`, not `+`.",
            ),
        ),
    ),
    Misconception(
        "nan_at_zero",
        {"cosine_similarity": cosine_nan_at_zero},
        finding=Text(
            "Votre formule est la bonne, mais un vecteur nul donne 0/0 = NaN au lieu de 0.",
            "Your formula is right, but a zero vector gives 0/0 = NaN instead of 0.",
        ),
        consequence=Text(
            "Un seul mot sans représentation (vecteur nul) rendrait NaN toute moyenne ou tout classement.",
            "A single word without an embedding (zero vector) would turn any mean or ranking into NaN.",
        ),
        hints=(
            Text("Que vaut ‖0‖, et par quoi divisez-vous ?", "What is ‖0‖, and what do you divide by?"),
            Text("Traitez à part le cas où le produit des normes est nul.", "Treat a zero product of norms apart."),
            Text("`return u @ v / norms if norms > 0 else 0.0`.", "`return u @ v / norms if norms > 0 else 0.0`."),
        ),
    ),
)
