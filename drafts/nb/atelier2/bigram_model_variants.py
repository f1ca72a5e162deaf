TITLE = "2.3 The bigram model: the wrong answers worth a name, and other right ones."

HEADER = '''
from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises import Equivalent, Misconception, Text
'''

TABLE = '''
def {name}(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise ValueError("an id is out of the vocabulary")
    counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double()
    return (counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha * V)
'''
PERPLEXITY = '''
def {name}(P, ids):
    if len(ids) < 2:
        raise ValueError("a perplexity needs two tokens at least")
    nll = -torch.log(P[ids[:-1], ids[1:]])
    return math.exp(nll.mean().item())
'''
edit(TABLE, "table_of_all_pairs", ("counts.sum(dim=1, keepdim=True) + alpha * V", "counts.sum() + alpha * V * V"))
edit(TABLE, "table_by_columns", ("dim=1", "dim=0"))
edit(TABLE, "table_numerator_only", (" + alpha * V)", ").clamp(min=1)"))
edit(TABLE, "table_alpha_once", ("alpha * V)", "alpha)"))
edit(TABLE, "table_what_comes_before", ("ids[:-1] * V + ids[1:]", "ids[1:] * V + ids[:-1]"))
edit(TABLE, "table_without_alpha", ("return (counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha * V)", "return counts / counts.sum(dim=1, keepdim=True).clamp(min=1)"))
edit(TABLE, "table_counts_of_tokens", ("counts.sum(dim=1, keepdim=True)", "torch.bincount(ids, minlength=V).unsqueeze(1)"))
edit(TABLE, "table_presence", (".double()\n", ".double().clamp(max=1)\n"))
edit(TABLE, "table_disjoint_pairs", ("ids[:-1] * V + ids[1:]", "ids[: len(ids) - 1 : 2] * V + ids[1::2]"))
edit(TABLE, "table_keepdim_forgotten", ("dim=1, keepdim=True", "dim=1"))
edit(PERPLEXITY, "perplexity_in_bits", ("math.exp(nll.mean().item())", "2 ** nll.mean().item()"))
edit(PERPLEXITY, "perplexity_arithmetic", ("math.exp(nll.mean().item())", "nll.exp().mean().item()"))
edit(PERPLEXITY, "perplexity_of_sum", ("nll.mean()", "nll.sum()"))
edit(PERPLEXITY, "perplexity_over_n", ("nll.mean().item()", "nll.sum().item() / len(ids)"))
edit(PERPLEXITY, "perplexity_no_exp", ("math.exp(nll.mean().item())", "nll.mean().item()"))
edit(PERPLEXITY, "perplexity_sign", ("-torch.log", "torch.log"))
edit(PERPLEXITY, "perplexity_backwards", ("P[ids[:-1], ids[1:]]", "P[ids[1:], ids[:-1]]"))
edit(PERPLEXITY, "perplexity_of_itself", ("P[ids[:-1], ids[1:]]", "P[ids[1:], ids[1:]]"))

code('''
def table_by_one_hot(ids, V, alpha):
    if not alpha > 0 or any(not 0 <= int(i) < V for i in ids):
        raise ValueError("alpha, or an id")
    one_hot = F.one_hot(ids.long(), V).double()
    counts = one_hot[:-1].T @ one_hot[1:] + alpha
    return counts / counts.sum(dim=-1, keepdim=True)
''')
code('''
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
''')
code('''
def table_by_index_put(ids, V, alpha):
    if alpha <= 0 or bool(((ids < 0) | (ids >= V)).any()):
        raise ValueError("alpha, or an id")
    counts = torch.zeros(V, V, dtype=torch.float64)
    ones = torch.ones(max(len(ids) - 1, 0), dtype=torch.float64)
    counts.index_put_((ids[:-1], ids[1:]), ones, accumulate=True)
    return torch.softmax(torch.log(counts + alpha), dim=1)
''')
code('''
def perplexity_by_nll_loss(P, ids):
    if ids.numel() <= 1:
        raise ValueError("too short")
    return torch.exp(F.nll_loss(P.log()[ids[:-1]], ids[1:])).item()
''')
code('''
def perplexity_by_product(P, ids):
    steps = [P[a, b].item() for a, b in torch.stack([ids[:-1], ids[1:]], dim=1).tolist()] if len(ids) > 1 else []
    if not steps:
        raise ValueError("too short")
    return math.prod(p ** (-1 / len(steps)) for p in steps)
''')
code('''
def perplexity_in_base_two(P, ids):
    if len(ids) < 2:
        raise ValueError("too short")
    return float(2 ** (-torch.log2(P[ids[:-1], ids[1:]]).mean()))
''')
T, Q = "bigram_probabilities", "bigram_perplexity"
eq("one_hot_and_nll_loss", {T: "table_by_one_hot", Q: "perplexity_by_nll_loss"})
eq("loop_and_product", {T: "table_by_loop", Q: "perplexity_by_product"})
eq("index_put_and_base_two", {T: "table_by_index_put", Q: "perplexity_in_base_two"})

ROW = "`counts.sum(dim=1, keepdim=True) + alpha * V`."
mis("divided_by_all_pairs", {T: "table_of_all_pairs"},
 ("Vous divisez par le nombre total de paires : la table entière somme à 1, et non chaque ligne.", "You divide by the number of all pairs: the whole table sums to 1, not each row."),
 ("C’est la probabilité de voir la paire (i, j), et non celle de j sachant i : la perplexité serait énorme.", "That is the probability of meeting the pair (i, j), not that of j given i: the perplexity would be huge."),
 ("Combien vaut la somme d’une ligne de votre table ?", "What does a row of your table sum to?"),
 ("Une ligne répond à « que vient-il après i ? » : c’est une distribution.", "A row answers “what comes after i?”: it is a distribution."),
 ("Divisez chaque ligne par "+ROW, "Divide each row by "+ROW))
mis("normalised_by_columns", {T: "table_by_columns"},
 ("Vous divisez par la somme des colonnes au lieu de celle des lignes.", "You divide by the sums of columns instead of those of rows."),
 ("Le compte de ce qui *suit* i est sur la ligne i ; la colonne j compte ce qui *précède* j.", "The count of what *follows* i is in row i; column j counts what comes *before* j."),
 ("Sommez votre table le long de chaque axe.", "Sum your table along each axis."),
 ("Ce sont les lignes qui doivent sommer à 1.", "The rows must sum to 1."),
 ("`dim=1`, avec `keepdim=True`.", "`dim=1`, with `keepdim=True`."))
mis("alpha_in_numerator_only", {T: "table_numerator_only"},
 ("Vous ajoutez α aux comptes, mais pas au diviseur.", "You add α to the counts, but not to the divisor."),
 ("Chaque ligne somme à plus de 1 : on fabrique de la probabilité, et la perplexité paraît meilleure qu’elle n’est.", "Each row sums to more than 1: probability is made up, and the perplexity looks better than it is."),
 ("Combien de fois α est-il ajouté sur une ligne ?", "How many times is α added in a row?"),
 ("V fois : le diviseur augmente de αV.", "V times: the divisor grows by αV."),
 (ROW, ROW))
mis("alpha_added_once", {T: "table_alpha_once"},
 ("Votre diviseur augmente de α ; il faut αV, puisque α est ajouté à V cases.", "Your divisor grows by α; it takes αV, since α is added to V entries."),
 ("Chaque ligne somme à plus de 1 : ce n’est plus une distribution.", "Each row sums to more than 1: it is no distribution any more."),
 ("Sommez une ligne de (c + α) : que trouvez-vous ?", "Sum a row of (c + α): what do you find?"),
 ("La somme des comptes, plus V fois α.", "The sum of the counts, plus V times α."),
 (ROW, ROW))
mis("what_comes_before", {T: "table_what_comes_before"},
 ("Vos lignes disent ce qui précède un jeton, et non ce qui le suit.", "Your rows say what comes before a token, not what follows it."),
 ("P(précédent | suivant) ne permet pas d’écrire de gauche à droite.", "P(previous | next) does not let one write from left to right."),
 ("Dans « ab », quelle case doit augmenter : (a, b) ou (b, a) ?", "In “ab”, which entry must grow: (a, b) or (b, a)?"),
 ("La ligne est le jeton lu, la colonne celui qui vient.", "The row is the token read, the column the one that comes."),
 ("`ids[:-1]` pour les lignes, `ids[1:]` pour les colonnes.", "`ids[:-1]` for rows, `ids[1:]` for columns."))
mis("no_smoothing", {T: "table_without_alpha"},
 ("Le lissage manque : α n’entre pas dans votre calcul.", "Smoothing is missing: α does not enter your computation."),
 ("Une paire jamais vue reçoit la probabilité 0 : une seule suffit à rendre la perplexité infinie.", "A pair never met gets probability 0: a single one makes the perplexity infinite."),
 ("Quelle probabilité votre table donne-t-elle à une paire absente du texte ?", "Which probability does your table give to a pair that the text lacks?"),
 ("Chaque case reçoit α de plus, comme si elle avait été vue α fois.", "Each entry gets α more, as if it had been met α times."),
 ("`(counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha * V)`.", "`(counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha * V)`."))
mis("last_token_counted", {T: "table_counts_of_tokens"},
 ("Vous divisez par le nombre d’occurrences du jeton, dernier jeton du texte compris ; or rien ne suit ce dernier.", "You divide by the number of occurrences of the token, the last token of the text included; yet nothing follows that one."),
 ("La ligne du dernier jeton somme à moins de 1.", "The row of the last token sums to less than 1."),
 ("Quelle ligne de votre table ne somme pas à 1 ?", "Which row of your table does not sum to 1?"),
 ("c_i est la somme de la ligne i, et non le compte du jeton i.", "c_i is the sum of row i, not the count of token i."),
 ("`counts.sum(dim=1, keepdim=True)`.", "`counts.sum(dim=1, keepdim=True)`."))
mis("presence_for_count", {T: "table_presence"},
 ("Chaque paire compte pour une seule, quel que soit le nombre de fois qu’elle apparaît.", "Each pair counts for one, however many times it occurs."),
 ("« de la » pèserait autant qu’une paire vue une seule fois. `counts[a, b] += 1` avec des indices répétés fait cela.", "“de la” would weigh as much as a pair met once. `counts[a, b] += 1` with repeated indices does that."),
 ("Quel est le plus grand compte de votre table ?", "What is the largest count in your table?"),
 ("Avec des indices répétés, `+=` n’ajoute qu’une fois.", "With repeated indices, `+=` adds only once."),
 ("`torch.bincount`, ou `index_put_(…, accumulate=True)`.", "`torch.bincount`, or `index_put_(…, accumulate=True)`."))
mis("disjoint_pairs", {T: "table_disjoint_pairs"},
 ("Vous ne lisez qu’une paire sur deux : (1ᵉʳ, 2ᵉ), (3ᵉ, 4ᵉ)…", "You read every other pair only: (1st, 2nd), (3rd, 4th)…"),
 ("La moitié des enchaînements du texte est perdue.", "Half of the sequences of the text are lost."),
 ("Combien de paires de voisins y a-t-il dans un texte de N jetons ?", "How many pairs of neighbours has a text of N tokens?"),
 ("N − 1 : chaque jeton, sauf le dernier, commence une paire.", "N − 1: each token but the last begins a pair."),
 ("`ids[:-1]` et `ids[1:]`, sans pas de 2.", "`ids[:-1]` and `ids[1:]`, without a step of 2."))
mis("keepdim_forgotten", {T: "table_keepdim_forgotten"},
 ("Votre somme a perdu son axe : la ligne i est divisée, case par case, par les sommes des autres lignes.", "Your sum lost its axis: row i is divided, entry by entry, by the sums of the other rows."),
 ("La table est carrée : la diffusion passe sans erreur, et les lignes ne somment plus à 1.", "The table is square: broadcasting goes through without error, and rows no longer sum to 1."),
 ("Quelle est la forme de la somme ?", "What is the shape of the sum?"),
 ("Il faut (V, 1), pour diviser ligne par ligne.", "It must be (V, 1), to divide row by row."),
 ("`counts.sum(dim=1, keepdim=True)`.", "`counts.sum(dim=1, keepdim=True)`."))
EXP = "`math.exp(nll.mean().item())`."
mis("nats_as_bits", {Q: "perplexity_in_bits"},
 ("Vous calculez 2 puissance la surprise moyenne, alors que cette surprise est en nats.", "You compute 2 to the mean surprise, though that surprise is in nats."),
 ("La perplexité paraît bien plus petite : un modèle uniforme sur V jetons n’aurait pas V.", "The perplexity looks much smaller: a uniform model on V tokens would not have V."),
 ("Que donne votre fonction pour une table uniforme ?", "What does your function give for a uniform table?"),
 ("Un logarithme naturel va avec l’exponentielle.", "A natural logarithm goes with the exponential."),
 (EXP, EXP))
mis("mean_of_inverses", {Q: "perplexity_arithmetic"},
 ("Vous prenez la moyenne des 1/p, au lieu de l’exponentielle de la moyenne des −ln p.", "You take the mean of the 1/p, instead of the exponential of the mean of the −ln p."),
 ("Une seule paire rare écrase tout : la perplexité est une moyenne géométrique.", "A single rare pair crushes all the rest: the perplexity is a geometric mean."),
 ("Moyenne d’abord, exponentielle ensuite, ou l’inverse ?", "Mean first and exponential then, or the other way round?"),
 ("On fait la moyenne des surprises.", "It is the surprises that are averaged."),
 (EXP, EXP))
mis("exp_of_the_sum", {Q: "perplexity_of_sum"},
 ("Vous prenez l’exponentielle de la somme des surprises, et non de leur moyenne.", "You take the exponential of the sum of the surprises, not of their mean."),
 ("Le nombre grandit avec la longueur du texte : deux textes ne se compareraient pas.", "The number grows with the length of the text: two texts could not be compared."),
 ("Que devient votre résultat sur un texte deux fois plus long ?", "What becomes of your result on a text twice as long?"),
 ("Il faut diviser par le nombre de jetons prédits.", "Divide by the number of predicted tokens."),
 (EXP, EXP))
mis("divided_by_n", {Q: "perplexity_over_n"},
 ("Vous divisez par N, alors que N − 1 jetons seulement sont prédits.", "You divide by N, though only N − 1 tokens are predicted."),
 ("Le premier jeton n’a pas de prédécesseur : il n’est pas prédit, et ne compte pas.", "The first token has no predecessor: it is not predicted, and does not count."),
 ("Combien de paires de voisins y a-t-il ?", "How many pairs of neighbours are there?"),
 ("N − 1.", "N − 1."),
 ("`nll.mean()` divise par le bon nombre.", "`nll.mean()` divides by the right number."))
mis("no_exponential", {Q: "perplexity_no_exp"},
 ("Vous renvoyez la surprise moyenne en nats : l’exponentielle manque.", "You return the mean surprise in nats: the exponential is missing."),
 ("C’est l’entropie croisée ; la perplexité se lit comme un nombre de choix.", "That is the cross-entropy; a perplexity reads as a number of choices."),
 ("Que doit donner une table uniforme sur V jetons ?", "What must a uniform table on V tokens give?"),
 ("V, et non ln V.", "V, not ln V."),
 (EXP, EXP))
mis("sign_forgotten", {Q: "perplexity_sign"},
 ("Le signe moins manque devant le logarithme : vous obtenez l’inverse de la perplexité.", "The minus sign is missing before the logarithm: you get the inverse of the perplexity."),
 ("Un résultat plus petit que 1 est impossible : on ne peut pas hésiter entre moins d’un choix.", "A result below 1 is impossible: one cannot hesitate between fewer than one choice."),
 ("Votre résultat est-il plus grand que 1 ?", "Is your result above 1?"),
 ("La surprise d’un jeton est −ln p.", "The surprise of a token is −ln p."),
 ("`nll = -torch.log(…)`.", "`nll = -torch.log(…)`."))
mis("read_backwards", {Q: "perplexity_backwards"},
 ("Vous lisez P[suivant, précédent] au lieu de P[précédent, suivant].", "You read P[next, previous] instead of P[previous, next]."),
 ("Vous mesurez un texte lu à l’envers.", "You measure a text read backwards."),
 ("Quel indice de P est le jeton déjà lu ?", "Which index of P is the token already read?"),
 ("Le premier : la ligne.", "The first: the row."),
 ("`P[ids[:-1], ids[1:]]`.", "`P[ids[:-1], ids[1:]]`."))
mis("token_given_itself", {Q: "perplexity_of_itself"},
 ("Vous lisez la diagonale : la probabilité de chaque jeton sachant lui-même.", "You read the diagonal: the probability of each token given itself."),
 ("Le jeton à prédire sert aussi de contexte : la mesure n’a plus de sens.", "The token to be predicted is also the context: the measure means nothing."),
 ("Quels sont les deux indices d’une paire de voisins ?", "Which are the two indices of a pair of neighbours?"),
 ("`ids[:-1]` puis `ids[1:]`.", "`ids[:-1]`, then `ids[1:]`."),
 ("`P[ids[:-1], ids[1:]]`.", "`P[ids[:-1], ids[1:]]`."))
