"""3.13 copy_query, average_query: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch

from attentif.exercises import Equivalent, Misconception, Text


def copy_key_alone(K, j, beta):
    return K[j]


def copy_key_times_beta(K, j, beta):
    return beta * K[j]


def copy_without_beta(K, j, beta):
    return torch.linalg.pinv(K)[:, j]


def copy_one_hot(K, j, beta):
    query = torch.zeros(K.size(1), dtype=K.dtype)
    query[j] = beta
    return query


def average_difference(K, a, b, beta):
    return beta * (K[a] - K[b])


def average_half_sum(K, a, b, beta):
    return (K[a] + K[b]) / 2


def average_sum_of_keys(K, a, b, beta):
    return beta * (K[a] + K[b])


def average_without_beta(K, a, b, beta):
    dual = torch.linalg.pinv(K)
    return dual[:, a] + dual[:, b]


def copy_by_gram(K, j, beta):
    return K.T @ torch.linalg.solve(K @ K.T, beta * torch.eye(K.size(0), dtype=K.dtype)[j])


def average_by_gram(K, a, b, beta):
    target = torch.zeros(K.size(0), dtype=K.dtype)
    target[[a, b]] = beta
    return K.T @ torch.linalg.inv(K @ K.T) @ target


def copy_sharper(K, j, beta):
    target = -beta * torch.ones(K.size(0), 1, dtype=K.dtype)
    target[j] = 3 * beta
    return torch.linalg.lstsq(K, target, driver="gelsd").solution[:, 0] * K.size(1) ** 0.5


def average_sharper(K, a, b, beta):
    target = -beta * torch.ones(K.size(0), 1, dtype=K.dtype)
    target[[a, b]] = beta
    return torch.linalg.lstsq(K, target, driver="gelsd").solution[:, 0] * K.size(1) ** 0.5


MISCONCEPTIONS = (
    Misconception(
        name="key_without_beta",
        defines={"copy_query": copy_key_alone},
        finding=Text(
            "Votre requête est k_j lui-même, sans β : l'attention s'étale sur toutes les clés.",
            "Your query is k_j itself, without β: attention spreads over all keys.",
        ),
        consequence=Text(
            "La sortie est une moyenne de toutes les valeurs, où la valeur j domine à peine, ou pas du tout.",
            "The output is a mean of all values, in which value j hardly dominates, or does not at all.",
        ),
        hints=(
            Text(
                "Affichez les poids softmax(Kq/√d) : celui de j vaut-il presque 1 ?",
                "Print the weights softmax(Kq/√d): is that of j nearly 1?",
            ),
            Text(
                "Deux choses à la fois : le score de j doit être le plus grand, et l'être de beaucoup (β).",
                "Two things at once: the score of j must be the largest, and by far (β).",
            ),
            Text(
                "Cherchez q tel que Kq = β·e_j : q = β · pinv(K)[:, j].",
                "Find q such that Kq = β·e_j: q = β · pinv(K)[:, j].",
            ),
        ),
    ),
    Misconception(
        name="keys_taken_as_orthogonal",
        defines={"copy_query": copy_key_times_beta},
        finding=Text(
            "Votre requête est β·k_j : elle ne convient que si les clés sont orthogonales, ou toutes de même norme.",
            "Your query is β·k_j: it only works when keys are orthogonal, or all of the same norm.",
        ),
        consequence=Text(
            "Une clé longue qui penche vers k_j obtient un plus grand produit scalaire que k_j : on copie la mauvaise "
            "valeur, avec assurance.",
            "A long key leaning towards k_j gets a larger dot product than k_j itself: the wrong value is copied, with "
            "confidence.",
        ),
        hints=(
            Text(
                "Calculez K @ q : quelle clé a le plus grand score ?", "Compute K @ q: which key has the largest score?"
            ),
            Text(
                "Il faut un q de produit scalaire nul avec toutes les autres clés : un vecteur de la base duale.",
                "q must have zero dot product with all other keys: a vector of the dual basis.",
            ),
            Text(
                "Les colonnes de torch.linalg.pinv(K) sont cette base : q = beta * pinv(K)[:, j].",
                "The columns of torch.linalg.pinv(K) are that basis: q = beta * pinv(K)[:, j].",
            ),
        ),
    ),
    Misconception(
        name="copy_without_beta",
        defines={"copy_query": copy_without_beta},
        finding=Text(
            "La direction de votre requête est la bonne (Kq = e_j), mais β ne sert pas.",
            "The direction of your query is right (Kq = e_j), but β is not used.",
        ),
        consequence=Text(
            "Un avantage de 1 sur les scores, divisé par √d, ne suffit pas : les poids restent presque uniformes.",
            "A lead of 1 in the scores, divided by √d, is not enough: weights stay nearly uniform.",
        ),
        hints=(
            Text("Que vaut le poids de j ? De quoi dépend-il ?", "What is the weight of j? What does it depend on?"),
            Text(
                "Le rapport de deux poids est l'exponentielle de la différence des scores.",
                "The ratio of two weights is the exponential of the difference of scores.",
            ),
            Text("Multipliez votre requête par beta.", "Multiply your query by beta."),
        ),
    ),
    Misconception(
        name="one_hot_query",
        defines={"copy_query": copy_one_hot},
        finding=Text(
            "Votre requête est β·e_j, un vecteur de la base canonique : elle lit la coordonnée j de chaque clé.",
            "Your query is β·e_j, a vector of the canonical basis: it reads coordinate j of each key.",
        ),
        consequence=Text(
            "j numérote les clés (T), non les coordonnées (d) : l'attention va à la clé dont cette "
            "coordonnée est grande.",
            "j numbers keys (T), not coordinates (d): attention goes to the key whose coordinate is large.",
        ),
        hints=(
            Text(
                "Dans quel espace vit la requête : celui des positions ou celui des coordonnées ?",
                "In which space does the query live: positions or coordinates?",
            ),
            Text(
                "C'est Kq, de forme (T,), qui doit être β·e_j ; q en est un antécédent.",
                "It is Kq, of shape (T,), that must be β·e_j; q is what K maps to it.",
            ),
            Text("q = beta * torch.linalg.pinv(K)[:, j].", "q = beta * torch.linalg.pinv(K)[:, j]."),
        ),
    ),
    Misconception(
        name="difference_of_keys",
        defines={"average_query": average_difference},
        finding=Text(
            "Votre requête est β·(k_a − k_b) : elle attire vers a et repousse b.",
            "Your query is β·(k_a − k_b): it draws to a and pushes b away.",
        ),
        consequence=Text(
            "La valeur b reçoit le plus petit poids, quand il en faudrait la moitié.",
            "Value b gets the smallest weight, when it should get half.",
        ),
        hints=(
            Text(
                "Quels scores a et b doivent-ils avoir l'un par rapport à l'autre ?",
                "Which scores must a and b have, one against the other?",
            ),
            Text(
                "Des scores égaux, et loin au-dessus des autres : une somme, non une différence.",
                "Equal scores, far above the others: a sum, not a difference.",
            ),
            Text("q = beta * (pinv(K)[:, a] + pinv(K)[:, b]).", "q = beta * (pinv(K)[:, a] + pinv(K)[:, b])."),
        ),
    ),
    Misconception(
        name="half_sum_of_keys",
        defines={"average_query": average_half_sum},
        finding=Text(
            "Votre requête est ½(k_a + k_b), sans β : elle est trop petite pour écarter les autres clés.",
            "Your query is ½(k_a + k_b), without β: it is too small to push the other keys aside.",
        ),
        consequence=Text(
            "La moyenne se fait dans le softmax, non dans la requête : toutes les valeurs s'y mêlent.",
            "The mean is made by the softmax, not in the query: all values get mixed.",
        ),
        hints=(
            Text(
                "Quels poids obtenez-vous pour les clés autres que a et b ?",
                "Which weights do keys other than a and b get?",
            ),
            Text(
                "Le ½ vient de l'égalité des deux scores ; leur taille, elle, doit être grande.",
                "The ½ comes from both scores being equal; their size must be large.",
            ),
            Text("q = beta * (pinv(K)[:, a] + pinv(K)[:, b]).", "q = beta * (pinv(K)[:, a] + pinv(K)[:, b])."),
        ),
    ),
    Misconception(
        name="sum_taken_as_orthogonal",
        defines={"average_query": average_sum_of_keys},
        finding=Text(
            "Votre requête est β·(k_a + k_b) : les deux scores ne sont égaux que si les clés sont orthonormées.",
            "Your query is β·(k_a + k_b): both scores are equal only when keys are orthonormal.",
        ),
        consequence=Text(
            "La plus longue des deux clés, ou une troisième qui leur ressemble, prend tout le poids.",
            "The longer of both keys, or a third one that resembles them, takes all the weight.",
        ),
        hints=(
            Text(
                "Calculez K @ q : les scores de a et de b sont-ils égaux ?",
                "Compute K @ q: are the scores of a and b equal?",
            ),
            Text(
                "Résolvez Kq = β(e_a + e_b) au lieu d'additionner les clés.",
                "Solve Kq = β(e_a + e_b) instead of adding keys.",
            ),
            Text("q = beta * (pinv(K)[:, a] + pinv(K)[:, b]).", "q = beta * (pinv(K)[:, a] + pinv(K)[:, b])."),
        ),
    ),
    Misconception(
        name="average_without_beta",
        defines={"average_query": average_without_beta},
        finding=Text(
            "La direction de votre requête est la bonne (Kq = e_a + e_b), mais β ne sert pas.",
            "The direction of your query is right (Kq = e_a + e_b), but β is not used.",
        ),
        consequence=Text(
            "Les autres clés gardent presque autant de poids que a et b.",
            "The other keys keep almost as much weight as a and b.",
        ),
        hints=(
            Text("Que vaut la somme des poids de a et de b ?", "What do the weights of a and b sum to?"),
            Text(
                "Le rapport de deux poids est l'exponentielle de la différence des scores.",
                "The ratio of two weights is the exponential of the difference of scores.",
            ),
            Text("Multipliez votre requête par beta.", "Multiply your query by beta."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("gram", {"copy_query": copy_by_gram, "average_query": average_by_gram}),
    Equivalent("sharper", {"copy_query": copy_sharper, "average_query": average_sharper}),
)
