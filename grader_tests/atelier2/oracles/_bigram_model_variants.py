"""2.3 The bigram model: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises import Equivalent, Misconception, Text


def table_of_all_pairs(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double()
    return (counts + alpha) / (counts.sum() + alpha * V * V)


def table_by_columns(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double()
    return (counts + alpha) / (counts.sum(dim=0, keepdim=True) + alpha * V)


def table_numerator_only(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double()
    return (counts + alpha) / (counts.sum(dim=1, keepdim=True)).clamp(min=1)


def table_alpha_once(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double()
    return (counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha)


def table_what_comes_before(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[1:] * V + ids[:-1], minlength=V * V).reshape(V, V).double()
    return (counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha * V)


def table_without_alpha(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double()
    return counts / counts.sum(dim=1, keepdim=True).clamp(min=1)


def table_counts_of_tokens(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double()
    return (counts + alpha) / (torch.bincount(ids, minlength=V).unsqueeze(1) + alpha * V)


def table_presence(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double().clamp(max=1)
    return (counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha * V)


def table_disjoint_pairs(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[: len(ids) - 1 : 2] * V + ids[1::2], minlength=V * V).reshape(V, V).double()
    return (counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha * V)


def table_keepdim_forgotten(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double()
    return (counts + alpha) / (counts.sum(dim=1) + alpha * V)


def perplexity_in_bits(P, ids):
    if len(ids) < 2:
        raise ValueError("a perplexity needs two tokens at least")
    nll = -torch.log(P[ids[:-1], ids[1:]])
    return 2 ** nll.mean().item()


def perplexity_arithmetic(P, ids):
    if len(ids) < 2:
        raise ValueError("a perplexity needs two tokens at least")
    nll = -torch.log(P[ids[:-1], ids[1:]])
    return nll.exp().mean().item()


def perplexity_of_sum(P, ids):
    if len(ids) < 2:
        raise ValueError("a perplexity needs two tokens at least")
    nll = -torch.log(P[ids[:-1], ids[1:]])
    return math.exp(nll.sum().item())


def perplexity_over_n(P, ids):
    if len(ids) < 2:
        raise ValueError("a perplexity needs two tokens at least")
    nll = -torch.log(P[ids[:-1], ids[1:]])
    return math.exp(nll.sum().item() / len(ids))


def perplexity_no_exp(P, ids):
    if len(ids) < 2:
        raise ValueError("a perplexity needs two tokens at least")
    nll = -torch.log(P[ids[:-1], ids[1:]])
    return nll.mean().item()


def perplexity_sign(P, ids):
    if len(ids) < 2:
        raise ValueError("a perplexity needs two tokens at least")
    nll = torch.log(P[ids[:-1], ids[1:]])
    return math.exp(nll.mean().item())


def perplexity_backwards(P, ids):
    if len(ids) < 2:
        raise ValueError("a perplexity needs two tokens at least")
    nll = -torch.log(P[ids[1:], ids[:-1]])
    return math.exp(nll.mean().item())


def perplexity_of_itself(P, ids):
    if len(ids) < 2:
        raise ValueError("a perplexity needs two tokens at least")
    nll = -torch.log(P[ids[1:], ids[1:]])
    return math.exp(nll.mean().item())


def table_by_one_hot(ids, V, alpha):
    if not alpha > 0 or any(not 0 <= int(i) < V for i in ids):
        raise ValueError("alpha, or an id")
    one_hot = F.one_hot(ids.long(), V).double()
    counts = one_hot[:-1].T @ one_hot[1:] + alpha
    return counts / counts.sum(dim=-1, keepdim=True)


def table_by_loop(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha")
    P = torch.full((V, V), float(alpha), dtype=torch.float64)
    previous = None
    for i in ids.tolist():
        if i < 0 or i >= V:
            raise ValueError("id")
        if previous is not None:
            P[previous, i] += 1
        previous = i
    for i in range(V):
        P[i] /= P[i].sum().item()
    return P


def table_by_index_put(ids, V, alpha):
    if alpha <= 0 or bool(((ids < 0) | (ids >= V)).any()):
        raise ValueError("alpha, or an id")
    counts = torch.zeros(V, V, dtype=torch.float64)
    ones = torch.ones(max(len(ids) - 1, 0), dtype=torch.float64)
    counts.index_put_((ids[:-1], ids[1:]), ones, accumulate=True)
    return torch.softmax(torch.log(counts + alpha), dim=1)


def perplexity_by_nll_loss(P, ids):
    if ids.numel() <= 1:
        raise ValueError("too short")
    return torch.exp(F.nll_loss(P.log()[ids[:-1]], ids[1:])).item()


def perplexity_by_product(P, ids):
    steps = [P[a, b].item() for a, b in torch.stack([ids[:-1], ids[1:]], dim=1).tolist()] if len(ids) > 1 else []
    if not steps:
        raise ValueError("too short")
    return math.prod(p ** (-1 / len(steps)) for p in steps)


def perplexity_in_base_two(P, ids):
    if len(ids) < 2:
        raise ValueError("too short")
    return float(2 ** (-torch.log2(P[ids[:-1], ids[1:]]).mean()))


EQUIVALENTS = (
    Equivalent(
        "one_hot_and_nll_loss", {"bigram_probabilities": table_by_one_hot, "bigram_perplexity": perplexity_by_nll_loss}
    ),
    Equivalent("loop_and_product", {"bigram_probabilities": table_by_loop, "bigram_perplexity": perplexity_by_product}),
    Equivalent(
        "index_put_and_base_two",
        {"bigram_probabilities": table_by_index_put, "bigram_perplexity": perplexity_in_base_two},
    ),
)

MISCONCEPTIONS = (
    Misconception(
        "divided_by_all_pairs",
        {"bigram_probabilities": table_of_all_pairs},
        finding=Text(
            "Vous divisez par le nombre total de paires : la table entière somme à 1, et non chaque ligne.",
            "You divide by the number of all pairs: the whole table sums to 1, not each row.",
        ),
        consequence=Text(
            "C’est la probabilité de voir la paire (i, j), et non celle de j sachant i : la perplexité serait énorme.",
            "That is the probability of meeting the pair (i, j), not that of j given i: the perplexity would be huge.",
        ),
        hints=(
            Text(
                "Combien vaut la somme d’une ligne de votre table ?",
                "What does a row of your table sum to?",
            ),
            Text(
                "Une ligne répond à « que vient-il après i ? » : c’est une distribution.",
                "A row answers “what comes after i?”: it is a distribution.",
            ),
            Text(
                "Divisez chaque ligne par `counts.sum(dim=1, keepdim=True) + alpha * V`.",
                "Divide each row by `counts.sum(dim=1, keepdim=True) + alpha * V`.",
            ),
        ),
    ),
    Misconception(
        "normalised_by_columns",
        {"bigram_probabilities": table_by_columns},
        finding=Text(
            "Vous divisez par la somme des colonnes au lieu de celle des lignes.",
            "You divide by the sums of columns instead of those of rows.",
        ),
        consequence=Text(
            "Le compte de ce qui *suit* i est sur la ligne i ; la colonne j compte ce qui *précède* j.",
            "The count of what *follows* i is in row i; column j counts what comes *before* j.",
        ),
        hints=(
            Text(
                "Sommez votre table le long de chaque axe.",
                "Sum your table along each axis.",
            ),
            Text(
                "Ce sont les lignes qui doivent sommer à 1.",
                "The rows must sum to 1.",
            ),
            Text(
                "`dim=1`, avec `keepdim=True`.",
                "`dim=1`, with `keepdim=True`.",
            ),
        ),
    ),
    Misconception(
        "alpha_in_numerator_only",
        {"bigram_probabilities": table_numerator_only},
        finding=Text(
            "Vous ajoutez α aux comptes, mais pas au diviseur.",
            "You add α to the counts, but not to the divisor.",
        ),
        consequence=Text(
            "Chaque ligne somme à plus de 1 : on fabrique de la probabilité, et la perplexité paraît "
            "meilleure qu’elle n’est.",
            "Each row sums to more than 1: probability is made up, and the perplexity looks better than it is.",
        ),
        hints=(
            Text(
                "Combien de fois α est-il ajouté sur une ligne ?",
                "How many times is α added in a row?",
            ),
            Text(
                "V fois : le diviseur augmente de αV.",
                "V times: the divisor grows by αV.",
            ),
            Text(
                "`counts.sum(dim=1, keepdim=True) + alpha * V`.",
                "`counts.sum(dim=1, keepdim=True) + alpha * V`.",
            ),
        ),
    ),
    Misconception(
        "alpha_added_once",
        {"bigram_probabilities": table_alpha_once},
        finding=Text(
            "Votre diviseur augmente de α ; il faut αV, puisque α est ajouté à V cases.",
            "Your divisor grows by α; it takes αV, since α is added to V entries.",
        ),
        consequence=Text(
            "Chaque ligne somme à plus de 1 : ce n’est plus une distribution.",
            "Each row sums to more than 1: it is no distribution any more.",
        ),
        hints=(
            Text(
                "Sommez une ligne de (c + α) : que trouvez-vous ?",
                "Sum a row of (c + α): what do you find?",
            ),
            Text(
                "La somme des comptes, plus V fois α.",
                "The sum of the counts, plus V times α.",
            ),
            Text(
                "`counts.sum(dim=1, keepdim=True) + alpha * V`.",
                "`counts.sum(dim=1, keepdim=True) + alpha * V`.",
            ),
        ),
    ),
    Misconception(
        "what_comes_before",
        {"bigram_probabilities": table_what_comes_before},
        finding=Text(
            "Vos lignes disent ce qui précède un jeton, et non ce qui le suit.",
            "Your rows say what comes before a token, not what follows it.",
        ),
        consequence=Text(
            "P(précédent | suivant) ne permet pas d’écrire de gauche à droite.",
            "P(previous | next) does not let one write from left to right.",
        ),
        hints=(
            Text(
                "Dans « ab », quelle case doit augmenter : (a, b) ou (b, a) ?",
                "In “ab”, which entry must grow: (a, b) or (b, a)?",
            ),
            Text(
                "La ligne est le jeton lu, la colonne celui qui vient.",
                "The row is the token read, the column the one that comes.",
            ),
            Text(
                "`ids[:-1]` pour les lignes, `ids[1:]` pour les colonnes.",
                "`ids[:-1]` for rows, `ids[1:]` for columns.",
            ),
        ),
    ),
    Misconception(
        "no_smoothing",
        {"bigram_probabilities": table_without_alpha},
        finding=Text(
            "Le lissage manque : α n’entre pas dans votre calcul.",
            "Smoothing is missing: α does not enter your computation.",
        ),
        consequence=Text(
            "Une paire jamais vue reçoit la probabilité 0 : une seule suffit à rendre la perplexité infinie.",
            "A pair never met gets probability 0: a single one makes the perplexity infinite.",
        ),
        hints=(
            Text(
                "Quelle probabilité votre table donne-t-elle à une paire absente du texte ?",
                "Which probability does your table give to a pair that the text lacks?",
            ),
            Text(
                "Chaque case reçoit α de plus, comme si elle avait été vue α fois.",
                "Each entry gets α more, as if it had been met α times.",
            ),
            Text(
                "`(counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha * V)`.",
                "`(counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha * V)`.",
            ),
        ),
    ),
    Misconception(
        "last_token_counted",
        {"bigram_probabilities": table_counts_of_tokens},
        finding=Text(
            "Vous divisez par le nombre d’occurrences du jeton, dernier jeton du texte compris ; or rien "
            "ne suit ce dernier.",
            "You divide by the number of occurrences of the token, the last token of the text included; "
            "yet nothing follows that one.",
        ),
        consequence=Text(
            "La ligne du dernier jeton somme à moins de 1.",
            "The row of the last token sums to less than 1.",
        ),
        hints=(
            Text(
                "Quelle ligne de votre table ne somme pas à 1 ?",
                "Which row of your table does not sum to 1?",
            ),
            Text(
                "c_i est la somme de la ligne i, et non le compte du jeton i.",
                "c_i is the sum of row i, not the count of token i.",
            ),
            Text(
                "`counts.sum(dim=1, keepdim=True)`.",
                "`counts.sum(dim=1, keepdim=True)`.",
            ),
        ),
    ),
    Misconception(
        "presence_for_count",
        {"bigram_probabilities": table_presence},
        finding=Text(
            "Chaque paire compte pour une seule, quel que soit le nombre de fois qu’elle apparaît.",
            "Each pair counts for one, however many times it occurs.",
        ),
        consequence=Text(
            "« de la » pèserait autant qu’une paire vue une seule fois. `counts[a, b] += 1` avec des "
            "indices répétés fait cela.",
            "“de la” would weigh as much as a pair met once. `counts[a, b] += 1` with repeated indices does that.",
        ),
        hints=(
            Text(
                "Quel est le plus grand compte de votre table ?",
                "What is the largest count in your table?",
            ),
            Text(
                "Avec des indices répétés, `+=` n’ajoute qu’une fois.",
                "With repeated indices, `+=` adds only once.",
            ),
            Text(
                "`torch.bincount`, ou `index_put_(…, accumulate=True)`.",
                "`torch.bincount`, or `index_put_(…, accumulate=True)`.",
            ),
        ),
    ),
    Misconception(
        "disjoint_pairs",
        {"bigram_probabilities": table_disjoint_pairs},
        finding=Text(
            "Vous ne lisez qu’une paire sur deux : (1ᵉʳ, 2ᵉ), (3ᵉ, 4ᵉ)…",
            "You read every other pair only: (1st, 2nd), (3rd, 4th)…",
        ),
        consequence=Text(
            "La moitié des enchaînements du texte est perdue.",
            "Half of the sequences of the text are lost.",
        ),
        hints=(
            Text(
                "Combien de paires de voisins y a-t-il dans un texte de N jetons ?",
                "How many pairs of neighbours has a text of N tokens?",
            ),
            Text(
                "N − 1 : chaque jeton, sauf le dernier, commence une paire.",
                "N − 1: each token but the last begins a pair.",
            ),
            Text(
                "`ids[:-1]` et `ids[1:]`, sans pas de 2.",
                "`ids[:-1]` and `ids[1:]`, without a step of 2.",
            ),
        ),
    ),
    Misconception(
        "keepdim_forgotten",
        {"bigram_probabilities": table_keepdim_forgotten},
        finding=Text(
            "Votre somme a perdu son axe : la ligne i est divisée, case par case, par les sommes des autres lignes.",
            "Your sum lost its axis: row i is divided, entry by entry, by the sums of the other rows.",
        ),
        consequence=Text(
            "La table est carrée : la diffusion passe sans erreur, et les lignes ne somment plus à 1.",
            "The table is square: broadcasting goes through without error, and rows no longer sum to 1.",
        ),
        hints=(
            Text(
                "Quelle est la forme de la somme ?",
                "What is the shape of the sum?",
            ),
            Text(
                "Il faut (V, 1), pour diviser ligne par ligne.",
                "It must be (V, 1), to divide row by row.",
            ),
            Text(
                "`counts.sum(dim=1, keepdim=True)`.",
                "`counts.sum(dim=1, keepdim=True)`.",
            ),
        ),
    ),
    Misconception(
        "nats_as_bits",
        {"bigram_perplexity": perplexity_in_bits},
        finding=Text(
            "Vous calculez 2 puissance la surprise moyenne, alors que cette surprise est en nats.",
            "You compute 2 to the mean surprise, though that surprise is in nats.",
        ),
        consequence=Text(
            "La perplexité paraît bien plus petite : un modèle uniforme sur V jetons n’aurait pas V.",
            "The perplexity looks much smaller: a uniform model on V tokens would not have V.",
        ),
        hints=(
            Text(
                "Que donne votre fonction pour une table uniforme ?",
                "What does your function give for a uniform table?",
            ),
            Text(
                "Un logarithme naturel va avec l’exponentielle.",
                "A natural logarithm goes with the exponential.",
            ),
            Text(
                "`math.exp(nll.mean().item())`.",
                "`math.exp(nll.mean().item())`.",
            ),
        ),
    ),
    Misconception(
        "mean_of_inverses",
        {"bigram_perplexity": perplexity_arithmetic},
        finding=Text(
            "Vous prenez la moyenne des 1/p, au lieu de l’exponentielle de la moyenne des −ln p.",
            "You take the mean of the 1/p, instead of the exponential of the mean of the −ln p.",
        ),
        consequence=Text(
            "Une seule paire rare écrase tout : la perplexité est une moyenne géométrique.",
            "A single rare pair crushes all the rest: the perplexity is a geometric mean.",
        ),
        hints=(
            Text(
                "Moyenne d’abord, exponentielle ensuite, ou l’inverse ?",
                "Mean first and exponential then, or the other way round?",
            ),
            Text(
                "On fait la moyenne des surprises.",
                "It is the surprises that are averaged.",
            ),
            Text(
                "`math.exp(nll.mean().item())`.",
                "`math.exp(nll.mean().item())`.",
            ),
        ),
    ),
    Misconception(
        "exp_of_the_sum",
        {"bigram_perplexity": perplexity_of_sum},
        finding=Text(
            "Vous prenez l’exponentielle de la somme des surprises, et non de leur moyenne.",
            "You take the exponential of the sum of the surprises, not of their mean.",
        ),
        consequence=Text(
            "Le nombre grandit avec la longueur du texte : deux textes ne se compareraient pas.",
            "The number grows with the length of the text: two texts could not be compared.",
        ),
        hints=(
            Text(
                "Que devient votre résultat sur un texte deux fois plus long ?",
                "What becomes of your result on a text twice as long?",
            ),
            Text(
                "Il faut diviser par le nombre de jetons prédits.",
                "Divide by the number of predicted tokens.",
            ),
            Text(
                "`math.exp(nll.mean().item())`.",
                "`math.exp(nll.mean().item())`.",
            ),
        ),
    ),
    Misconception(
        "divided_by_n",
        {"bigram_perplexity": perplexity_over_n},
        finding=Text(
            "Vous divisez par N, alors que N − 1 jetons seulement sont prédits.",
            "You divide by N, though only N − 1 tokens are predicted.",
        ),
        consequence=Text(
            "Le premier jeton n’a pas de prédécesseur : il n’est pas prédit, et ne compte pas.",
            "The first token has no predecessor: it is not predicted, and does not count.",
        ),
        hints=(
            Text(
                "Combien de paires de voisins y a-t-il ?",
                "How many pairs of neighbours are there?",
            ),
            Text(
                "N − 1.",
                "N − 1.",
            ),
            Text(
                "`nll.mean()` divise par le bon nombre.",
                "`nll.mean()` divides by the right number.",
            ),
        ),
    ),
    Misconception(
        "no_exponential",
        {"bigram_perplexity": perplexity_no_exp},
        finding=Text(
            "Vous renvoyez la surprise moyenne en nats : l’exponentielle manque.",
            "You return the mean surprise in nats: the exponential is missing.",
        ),
        consequence=Text(
            "C’est l’entropie croisée ; la perplexité se lit comme un nombre de choix.",
            "That is the cross-entropy; a perplexity reads as a number of choices.",
        ),
        hints=(
            Text(
                "Que doit donner une table uniforme sur V jetons ?",
                "What must a uniform table on V tokens give?",
            ),
            Text(
                "V, et non ln V.",
                "V, not ln V.",
            ),
            Text(
                "`math.exp(nll.mean().item())`.",
                "`math.exp(nll.mean().item())`.",
            ),
        ),
    ),
    Misconception(
        "sign_forgotten",
        {"bigram_perplexity": perplexity_sign},
        finding=Text(
            "Le signe moins manque devant le logarithme : vous obtenez l’inverse de la perplexité.",
            "The minus sign is missing before the logarithm: you get the inverse of the perplexity.",
        ),
        consequence=Text(
            "Un résultat plus petit que 1 est impossible : on ne peut pas hésiter entre moins d’un choix.",
            "A result below 1 is impossible: one cannot hesitate between fewer than one choice.",
        ),
        hints=(
            Text(
                "Votre résultat est-il plus grand que 1 ?",
                "Is your result above 1?",
            ),
            Text(
                "La surprise d’un jeton est −ln p.",
                "The surprise of a token is −ln p.",
            ),
            Text(
                "`nll = -torch.log(…)`.",
                "`nll = -torch.log(…)`.",
            ),
        ),
    ),
    Misconception(
        "read_backwards",
        {"bigram_perplexity": perplexity_backwards},
        finding=Text(
            "Vous lisez P[suivant, précédent] au lieu de P[précédent, suivant].",
            "You read P[next, previous] instead of P[previous, next].",
        ),
        consequence=Text(
            "Vous mesurez un texte lu à l’envers.",
            "You measure a text read backwards.",
        ),
        hints=(
            Text(
                "Quel indice de P est le jeton déjà lu ?",
                "Which index of P is the token already read?",
            ),
            Text(
                "Le premier : la ligne.",
                "The first: the row.",
            ),
            Text(
                "`P[ids[:-1], ids[1:]]`.",
                "`P[ids[:-1], ids[1:]]`.",
            ),
        ),
    ),
    Misconception(
        "token_given_itself",
        {"bigram_perplexity": perplexity_of_itself},
        finding=Text(
            "Vous lisez la diagonale : la probabilité de chaque jeton sachant lui-même.",
            "You read the diagonal: the probability of each token given itself.",
        ),
        consequence=Text(
            "Le jeton à prédire sert aussi de contexte : la mesure n’a plus de sens.",
            "The token to be predicted is also the context: the measure means nothing.",
        ),
        hints=(
            Text(
                "Quels sont les deux indices d’une paire de voisins ?",
                "Which are the two indices of a pair of neighbours?",
            ),
            Text(
                "`ids[:-1]` puis `ids[1:]`.",
                "`ids[:-1]`, then `ids[1:]`.",
            ),
            Text(
                "`P[ids[:-1], ids[1:]]`.",
                "`P[ids[:-1], ids[1:]]`.",
            ),
        ),
    ),
)
