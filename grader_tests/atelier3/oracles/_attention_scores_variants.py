"""3.1 attention_scores, score_variance: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch

from attentif.exercises import Equivalent, Misconception, Text


def scores_without_scale(Q, K):
    return Q @ K.transpose(-2, -1)


def scores_divided_by_d(Q, K):
    return Q @ K.transpose(-2, -1) / Q.size(-1)


def scores_times_root_d(Q, K):
    return Q @ K.transpose(-2, -1) * math.sqrt(Q.size(-1))


def scores_over_root_keys(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(K.size(-2))


def scores_over_root_d_model(Q, K):
    heads = Q.size(1) if Q.dim() == 4 else 1
    return Q @ K.transpose(-2, -1) / math.sqrt(heads * Q.size(-1))


def scores_without_transpose(Q, K):
    return Q @ K / math.sqrt(Q.size(-1))


def scores_first_axes_swapped(Q, K):
    return Q @ K.transpose(0, 1) / math.sqrt(Q.size(-1))


def variance_without_scale(d_k, n=10_000, generator=None):
    q = torch.randn(n, d_k, generator=generator)
    k = torch.randn(n, d_k, generator=generator)
    return (q * k).sum(dim=-1).var().item()


def variance_divided_by_d(d_k, n=10_000, generator=None):
    q = torch.randn(n, d_k, generator=generator)
    k = torch.randn(n, d_k, generator=generator)
    return ((q * k).sum(dim=-1) / d_k).var().item()


def variance_times_root_d(d_k, n=10_000, generator=None):
    q = torch.randn(n, d_k, generator=generator)
    k = torch.randn(n, d_k, generator=generator)
    return ((q * k).sum(dim=-1) * math.sqrt(d_k)).var().item()


def variance_of_uniform_vectors(d_k, n=10_000, generator=None):
    q = torch.rand(n, d_k, generator=generator)
    k = torch.rand(n, d_k, generator=generator)
    return ((q * k).sum(dim=-1) / math.sqrt(d_k)).var().item()


def scores_over_root_queries(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-2))


def scores_already_softmax(Q, K):
    return (Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))).softmax(dim=-1)


def scores_by_einsum(Q, K):
    return torch.einsum("...qd,...kd->...qk", Q, K) * Q.shape[-1] ** -0.5


def scores_of_scaled_queries(Q, K):
    return torch.matmul(Q / Q.size(-1) ** 0.5, K.mT)


def scores_scale_shared(Q, K):
    root = Q.size(-1) ** 0.25
    return (Q / root) @ (K / root).transpose(-1, -2)


def variance_as_mean_square(d_k, n=10_000, generator=None):
    pairs = torch.randn(2, n, d_k, generator=generator, dtype=torch.float64)
    return float(((pairs[0] * pairs[1]).sum(-1) ** 2 / d_k).mean())


def variance_over_all_pairs(d_k, n=10_000, generator=None):
    Q = torch.randn(n, d_k, generator=generator)
    K = torch.randn(n, d_k, generator=generator)
    return torch.var(Q @ K.T / math.sqrt(d_k), unbiased=False)


MISCONCEPTIONS = (
    Misconception(
        name="missing_scale",
        defines={"attention_scores": scores_without_scale},
        finding=Text(
            "Votre sortie est exactement QKᵀ : le facteur 1/√d_k manque.",
            "Your output is exactly QKᵀ: the factor 1/√d_k is missing.",
        ),
        consequence=Text(
            "L'écart type des scores croît comme √d_k : dès d_k = 64, le softmax qui suit met presque tout son poids "
            "sur une seule clé, et son gradient s'éteint.",
            "The scores' standard deviation grows like √d_k: already at d_k = 64 the softmax that follows puts nearly "
            "all its weight on one key, and its gradient vanishes.",
        ),
        hints=(
            Text(
                "Comparez l'ordre de grandeur de vos scores pour d_k = 4 et pour d_k = 256.",
                "Compare the size of your scores at d_k = 4 and at d_k = 256.",
            ),
            Text(
                "Une somme de d_k produits indépendants de variance 1 a pour variance d_k : par quoi la diviser pour "
                "revenir à 1 ?",
                "A sum of d_k independent products of variance 1 has variance d_k: what brings it back to 1?",
            ),
            Text(
                "Divisez Q @ K.transpose(-2, -1) par math.sqrt(Q.size(-1)).",
                "Divide Q @ K.transpose(-2, -1) by math.sqrt(Q.size(-1)).",
            ),
        ),
    ),
    Misconception(
        name="divided_by_d_k",
        defines={"attention_scores": scores_divided_by_d},
        finding=Text(
            "Votre sortie est exactement QKᵀ/d_k : il faut diviser par la racine de d_k.",
            "Your output is exactly QKᵀ/d_k: the division must be by the square root of d_k.",
        ),
        consequence=Text(
            "Les scores tombent à un écart type de 1/√d_k : le softmax devient presque uniforme, l'attention regarde "
            "partout, donc nulle part.",
            "The scores shrink to a standard deviation of 1/√d_k: the softmax becomes nearly uniform, attention looks "
            "everywhere, hence nowhere.",
        ),
        hints=(
            Text(
                "Quelle est la variance de vos scores si les coordonnées de q et k suivent N(0, 1) ?",
                "What is the variance of your scores if the coordinates of q and k follow N(0, 1)?",
            ),
            Text(
                "La variance vaut d_k ; c'est l'écart type, sa racine, qui sert d'échelle.",
                "The variance is d_k; the standard deviation, its root, is what sets the scale.",
            ),
            Text(
                "Remplacez la division par Q.size(-1) par une division par math.sqrt(Q.size(-1)).",
                "Replace the division by Q.size(-1) with a division by math.sqrt(Q.size(-1)).",
            ),
        ),
    ),
    Misconception(
        name="multiplied_by_root_d_k",
        defines={"attention_scores": scores_times_root_d},
        finding=Text(
            "Votre sortie est exactement QKᵀ·√d_k : vous multipliez là où il faut diviser.",
            "Your output is exactly QKᵀ·√d_k: you multiply where a division is wanted.",
        ),
        consequence=Text(
            "Les scores ont un écart type de d_k au lieu de 1 : le softmax sature aussitôt sur une clé.",
            "The scores have standard deviation d_k instead of 1: the softmax saturates on one key at once.",
        ),
        hints=(
            Text(
                "L'échelle doit-elle rapprocher ou éloigner les scores les uns des autres ?",
                "Should the scale bring scores closer together or push them apart?",
            ),
            Text(
                "Attention aux puissances : d_k ** -0.5 se multiplie, d_k ** 0.5 divise.",
                "Mind the powers: multiply by d_k ** -0.5, or divide by d_k ** 0.5.",
            ),
            Text(
                "Écrivez Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)).",
                "Write Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)).",
            ),
        ),
    ),
    Misconception(
        name="scaled_by_number_of_keys",
        defines={"attention_scores": scores_over_root_keys},
        finding=Text(
            "Votre sortie est exactement QKᵀ/√T_k : vous divisez par la racine du nombre de clés, non de leur "
            "dimension.",
            "Your output is exactly QKᵀ/√T_k: you divide by the root of the number of keys, not of their dimension.",
        ),
        consequence=Text(
            "La même requête et la même clé obtiennent un score différent selon la longueur du texte qui les entoure.",
            "The same query and the same key get another score when the text around them is longer.",
        ),
        hints=(
            Text(
                "Un produit scalaire additionne combien de termes : autant que de clés, ou autant que de coordonnées ?",
                "How many terms does a dot product add: as many as there are keys, or as there are coordinates?",
            ),
            Text(
                "K est de forme (…, T_k, d_k) : la dimension d_k est le dernier axe.",
                "K has shape (…, T_k, d_k): the dimension d_k is the last axis.",
            ),
            Text("Remplacez K.size(-2) par K.size(-1).", "Replace K.size(-2) with K.size(-1)."),
        ),
    ),
    Misconception(
        name="scaled_by_d_model",
        defines={"attention_scores": scores_over_root_d_model},
        finding=Text(
            "Avec plusieurs têtes, votre sortie est exactement QKᵀ/√(h·d_k) : vous divisez par la racine de d_model.",
            "With several heads your output is exactly QKᵀ/√(h·d_k): you divide by the root of d_model.",
        ),
        consequence=Text(
            "Chaque tête ne compare que d_k coordonnées : diviser par √d_model aplatit ses poids d'un facteur √h.",
            "Each head compares d_k coordinates only: dividing by √d_model flattens its weights by a factor √h.",
        ),
        hints=(
            Text(
                "Combien de coordonnées le produit scalaire d'une tête additionne-t-il ?",
                "How many coordinates does one head's dot product add?",
            ),
            Text(
                "L'axe des têtes n'intervient pas dans l'échelle : seul compte le dernier axe de Q.",
                "The head axis plays no part in the scale: only the last axis of Q counts.",
            ),
            Text(
                "L'échelle est math.sqrt(Q.size(-1)), sans facteur h.", "The scale is math.sqrt(Q.size(-1)), without h."
            ),
        ),
    ),
    Misconception(
        name="keys_not_transposed",
        defines={"attention_scores": scores_without_transpose},
        finding=Text(
            "Vous calculez exactement QK/√d_k : K n'est pas transposée, et le calcul ne passe que si T_k = d_k.",
            "You compute exactly QK/√d_k: K is not transposed, and the product only exists when T_k = d_k.",
        ),
        consequence=Text(
            "Les requêtes sont combinées avec les colonnes de K, des coordonnées, au lieu d'être comparées à ses "
            "lignes, les clés.",
            "Queries are combined with the columns of K, coordinates, instead of being compared with its "
            "rows, the keys.",
        ),
        hints=(
            Text(
                "Écrivez les deux formes l'une à côté de l'autre : quels axes doivent se rencontrer ?",
                "Write the two shapes side by side: which axes must meet?",
            ),
            Text(
                "(T_q, d_k) @ (d_k, T_k) donne (T_q, T_k) : il faut échanger les deux derniers axes de K.",
                "(T_q, d_k) @ (d_k, T_k) gives (T_q, T_k): the last two axes of K must be swapped.",
            ),
            Text("Utilisez K.transpose(-2, -1).", "Use K.transpose(-2, -1)."),
        ),
    ),
    Misconception(
        name="wrong_axes_transposed",
        defines={"attention_scores": scores_first_axes_swapped},
        finding=Text(
            "Juste pour des matrices, votre code échoue dès qu'il y a un lot ou des têtes : vous échangez les axes 0 "
            "et 1 de K (transpose(0, 1), .T ou .t()).",
            "Right for matrices, your code fails as soon as there is a batch or heads: you swap axes 0 and 1 of K "
            "(transpose(0, 1), .T or .t()).",
        ),
        consequence=Text(
            "Sur un tenseur (B, T_k, d_k), c'est le lot et les positions que vous échangez : les phrases se mélangent.",
            "On a tensor (B, T_k, d_k) you swap the batch with the positions: sentences get mixed up.",
        ),
        hints=(
            Text(
                "Que vaut K.transpose(0, 1).shape quand K est de forme (2, 5, 6) ?",
                "What is K.transpose(0, 1).shape when K has shape (2, 5, 6)?",
            ),
            Text(
                "Comptez les axes depuis la fin : −2 et −1 désignent les mêmes quel que soit le nombre d'axes devant.",
                "Count axes from the end: −2 and −1 mean the same ones however many axes stand before.",
            ),
            Text(
                "Remplacez K.transpose(0, 1) par K.transpose(-2, -1).",
                "Replace K.transpose(0, 1) with K.transpose(-2, -1).",
            ),
        ),
    ),
    Misconception(
        name="variance_missing_scale",
        defines={"score_variance": variance_without_scale},
        finding=Text(
            "Votre variance vaut d_k : vous mesurez les scores avant leur division par √d_k.",
            "Your variance equals d_k: you measure the scores before their division by √d_k.",
        ),
        consequence=Text(
            "C'est justement la croissance que l'échelle doit supprimer : l'expérience ne montre pas encore son effet.",
            "It is precisely the growth that the scale must remove: the experiment does not show its effect yet.",
        ),
        hints=(
            Text(
                "Relisez l'énoncé : la variance de quels scores ?",
                "Read the statement again: the variance of which scores?",
            ),
            Text(
                "Diviser les scores par c divise leur variance par c².",
                "Dividing the scores by c divides their variance by c².",
            ),
            Text(
                "scores = (q * k).sum(dim=-1) / math.sqrt(d_k), puis scores.var().item().",
                "scores = (q * k).sum(dim=-1) / math.sqrt(d_k), then scores.var().item().",
            ),
        ),
    ),
    Misconception(
        name="variance_divided_by_d_k",
        defines={"score_variance": variance_divided_by_d},
        finding=Text(
            "Votre variance vaut 1/d_k : les scores sont divisés par d_k, non par √d_k (ou bien ce sont les produits "
            "q_i·k_i, non leur somme, que vous mesurez).",
            "Your variance equals 1/d_k: the scores are divided by d_k, not by √d_k (or you measure the products "
            "q_i·k_i, not their sum).",
        ),
        consequence=Text(
            "La variance tend vers 0 quand d_k grandit : tous les scores se valent et l'attention devient uniforme.",
            "The variance goes to 0 as d_k grows: all scores are alike and attention becomes uniform.",
        ),
        hints=(
            Text(
                "Affichez score_variance(4) et score_variance(64) : le résultat devrait-il changer ?",
                "Print score_variance(4) and score_variance(64): should the result change?",
            ),
            Text(
                "Diviser par c divise la variance par c² : quel c ramène d_k à 1 ?",
                "Dividing by c divides the variance by c²: which c brings d_k back to 1?",
            ),
            Text(
                "scores = (q * k).sum(dim=-1) / math.sqrt(d_k), un score par paire.",
                "scores = (q * k).sum(dim=-1) / math.sqrt(d_k), one score for each pair.",
            ),
        ),
    ),
    Misconception(
        name="variance_multiplied_by_root_d_k",
        defines={"score_variance": variance_times_root_d},
        finding=Text(
            "Votre variance vaut d_k² : les scores sont multipliés par √d_k au lieu d'être divisés.",
            "Your variance equals d_k²: the scores are multiplied by √d_k instead of being divided.",
        ),
        consequence=Text(
            "L'échelle aggrave la croissance qu'elle devait corriger.",
            "The scale worsens the growth that it was meant to correct.",
        ),
        hints=(
            Text(
                "La variance devrait rester proche de 1 quel que soit d_k.",
                "The variance should stay close to 1 for any d_k.",
            ),
            Text(
                "Sans échelle elle vaut d_k : faut-il encore agrandir les scores ?",
                "Without a scale it is d_k: must the scores be made larger still?",
            ),
            Text("Divisez par math.sqrt(d_k).", "Divide by math.sqrt(d_k)."),
        ),
    ),
    Misconception(
        name="variance_of_uniform_vectors",
        defines={"score_variance": variance_of_uniform_vectors},
        finding=Text(
            "Votre variance est celle de vecteurs uniformes sur [0, 1) : l'énoncé demande la loi normale N(0, 1).",
            "Your variance is that of vectors uniform on [0, 1): the statement asks for the normal law N(0, 1).",
        ),
        consequence=Text(
            "Des coordonnées de moyenne ½ donnent des scores tous positifs et grands : ce ne sont pas les conditions "
            "de l'expérience.",
            "Coordinates of mean ½ give scores that are all positive and large: not the setting of the experiment.",
        ),
        hints=(
            Text(
                "Quelles sont la moyenne et la variance des coordonnées que vous tirez ?",
                "What are the mean and the variance of the coordinates you draw?",
            ),
            Text(
                "torch.rand tire entre 0 et 1 ; torch.randn suit la loi normale.",
                "torch.rand draws between 0 and 1; torch.randn follows the normal law.",
            ),
            Text(
                "q = torch.randn(n, d_k, generator=generator), et de même pour k.",
                "q = torch.randn(n, d_k, generator=generator), and likewise for k.",
            ),
        ),
    ),
    Misconception(
        name="scaled_by_number_of_queries",
        defines={"attention_scores": scores_over_root_queries},
        finding=Text(
            "Votre sortie est exactement QKᵀ/√T_q : vous divisez par la racine du nombre de requêtes, non de leur "
            "dimension.",
            "Your output is exactly QKᵀ/√T_q: you divide by the root of the number of queries, not of their dimension.",
        ),
        consequence=Text(
            "La même requête et la même clé obtiennent un score plus faible dès que d'autres requêtes les "
            "accompagnent.",
            "The same query and the same key get a lower score as soon as other queries come along.",
        ),
        hints=(
            Text(
                "Un produit scalaire additionne combien de termes : autant que de requêtes, ou autant que de "
                "coordonnées ?",
                "How many terms does a dot product add: as many as there are queries, or as there are coordinates?",
            ),
            Text(
                "Q est de forme (…, T_q, d_k) : la dimension d_k est le dernier axe.",
                "Q has shape (…, T_q, d_k): the dimension d_k is the last axis.",
            ),
            Text("Remplacez Q.size(-2) par Q.size(-1).", "Replace Q.size(-2) with Q.size(-1)."),
        ),
    ),
    Misconception(
        name="softmax_applied",
        defines={"attention_scores": scores_already_softmax},
        finding=Text(
            "Vous rendez exactement softmax(QKᵀ/√d_k) : ce sont déjà des poids, l'exercice ne demande que les scores.",
            "You return exactly softmax(QKᵀ/√d_k): these are weights already, the exercise asks for the scores only.",
        ),
        consequence=Text(
            "Un masque vient s'ajouter aux scores avant le softmax : sur des poids, il arriverait trop tard.",
            "A mask is laid on scores before the softmax: on weights it would come too late.",
        ),
        hints=(
            Text(
                "Un score peut-il être négatif ? Les vôtres le sont-ils ?",
                "May a score be negative? Are yours ever?",
            ),
            Text(
                "Comparer (scores), choisir (softmax), mélanger : ici on s'arrête à la première étape.",
                "Compare (scores), choose (softmax), mix: here one stops after the first step.",
            ),
            Text(
                "return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)), sans softmax.",
                "return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)), without softmax.",
            ),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("einsum", {"attention_scores": scores_by_einsum, "score_variance": variance_as_mean_square}),
    Equivalent(
        "scaled_queries", {"attention_scores": scores_of_scaled_queries, "score_variance": variance_over_all_pairs}
    ),
    Equivalent("shared_scale", {"attention_scores": scores_scale_shared}),
)
