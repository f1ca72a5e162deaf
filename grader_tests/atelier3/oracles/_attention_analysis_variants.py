"""3.14 attention_entropy, attention_rollout: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch

from attentif.exercises import Equivalent, Misconception, Text


def renormalised(weights, mask):
    if mask is None:
        return weights
    weights = weights.masked_fill(~mask[:, None, None, :], 0.0)
    total = weights.sum(dim=-1, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)


def entropy_in_bits(weights, mask=None):
    weights = renormalised(weights, mask)
    return -(weights * torch.log2(weights.clamp(min=1e-300))).sum(dim=-1)


def entropy_nan(weights, mask=None):
    weights = renormalised(weights, mask)
    return -(weights * torch.log(weights)).sum(dim=-1)


def entropy_mean_over_keys(weights, mask=None):
    weights = renormalised(weights, mask)
    return -torch.special.xlogy(weights, weights).mean(dim=-1)


def entropy_over_queries(weights, mask=None):
    weights = renormalised(weights, mask)
    return -torch.special.xlogy(weights, weights).sum(dim=-2)


def entropy_of_mean_heads(weights, mask=None):
    weights = renormalised(weights, mask)
    return -torch.special.xlogy(weights, weights).sum(dim=-1).mean(dim=1)


def entropy_with_padding(weights, mask=None):
    return -torch.special.xlogy(weights, weights).sum(dim=-1)


def entropy_not_renormalised(weights, mask=None):
    if mask is not None:
        weights = weights.masked_fill(~mask[:, None, None, :], 0.0)
    return -torch.special.xlogy(weights, weights).sum(dim=-1)


def entropy_negative(weights, mask=None):
    weights = renormalised(weights, mask)
    return torch.special.xlogy(weights, weights).sum(dim=-1)


def rollout_reversed(A):
    eye = torch.eye(A.size(-1), dtype=A.dtype)
    rollout = eye.expand(A.size(1), -1, -1)
    for layer in A.mean(dim=2):
        rollout = rollout @ (layer / 2 + eye / 2)
    return rollout


def rollout_without_identity(A):
    rollout = torch.eye(A.size(-1), dtype=A.dtype).expand(A.size(1), -1, -1)
    for layer in A.mean(dim=2):
        rollout = layer @ rollout
    return rollout


def rollout_not_normalised(A):
    eye = torch.eye(A.size(-1), dtype=A.dtype)
    rollout = eye.expand(A.size(1), -1, -1)
    for layer in A.mean(dim=2):
        rollout = (layer + eye) @ rollout
    return rollout


def rollout_max_of_heads(A):
    eye = torch.eye(A.size(-1), dtype=A.dtype)
    rollout = eye.expand(A.size(1), -1, -1)
    for layer in A.amax(dim=2):
        rollout = (layer / 2 + eye / 2) @ rollout
    return rollout


def rollout_last_layer(A):
    return A[-1].mean(dim=1) / 2 + torch.eye(A.size(-1), dtype=A.dtype) / 2


def rollout_head_by_head(A):
    eye = torch.eye(A.size(-1), dtype=A.dtype)
    rollout = eye.expand(A.size(1), A.size(2), -1, -1)
    for layer in A:
        rollout = (layer / 2 + eye / 2) @ rollout
    return rollout.mean(dim=1)


def rollout_elementwise(A):
    eye = torch.eye(A.size(-1), dtype=A.dtype)
    return (A.mean(dim=2) / 2 + eye / 2).prod(dim=0)


def rollout_identity_once(A):
    eye = torch.eye(A.size(-1), dtype=A.dtype)
    product = eye.expand(A.size(1), -1, -1)
    for layer in A.mean(dim=2):
        product = layer @ product
    return product / 2 + eye / 2


def entropy_normalised(weights, mask=None):
    weights = renormalised(weights, mask)
    return -torch.special.xlogy(weights, weights).sum(dim=-1) / math.log(weights.size(-1))


def rollout_mean_of_layers(A):
    return (A.mean(dim=2) / 2 + torch.eye(A.size(-1), dtype=A.dtype) / 2).mean(dim=0)


def rollout_sum_of_layers(A):
    return (A.mean(dim=2) / 2 + torch.eye(A.size(-1), dtype=A.dtype) / 2).sum(dim=0)


def entropy_by_entr(weights, mask=None):
    if mask is not None:
        weights = weights * mask[:, None, None, :].to(weights.dtype)
        weights = weights / weights.sum(-1, keepdim=True).clamp(min=1e-12)
    return torch.special.entr(weights).sum(-1)


def entropy_by_where(weights, mask=None):
    if mask is not None:
        weights = torch.where(mask[:, None, None, :], weights, 0.0)
        weights = torch.nan_to_num(weights / weights.sum(-1, keepdim=True), nan=0.0)
    logs = torch.where(weights > 0, weights, 1.0).log()
    return torch.einsum("bhqk,bhqk->bhq", -weights, logs)


def rollout_renormalised(A):
    T = A.shape[-1]
    layers = A.mean(2) + torch.eye(T, dtype=A.dtype)
    layers = layers / layers.sum(-1, keepdim=True)
    rollout = layers[0]
    for layer in layers[1:]:
        rollout = torch.bmm(layer, rollout)
    return rollout


def rollout_by_multi_dot(A):
    layers = 0.5 * A.sum(2) / A.size(2) + 0.5 * torch.eye(A.size(-1), dtype=A.dtype)  # (L, B, T, T)
    if len(layers) == 1:
        return layers[0]
    return torch.stack([torch.linalg.multi_dot(list(layers[:, b].flip(0))) for b in range(A.size(1))])


ROLLOUT_PRODUCT_HINTS = (
    Text(
        "Avec deux couches, comment un mot de l'entrée parvient-il à la seconde ?",
        "With two layers, how does an input word get to the second one?",
    ),
    Text(
        "Suivre un chemin à travers deux couches, c'est multiplier leurs matrices (T, T).",
        "To follow a path through two layers is to multiply their matrices (T, T).",
    ),
    Text(
        "rollout = (layer / 2 + eye / 2) @ rollout, en partant de l'identité.",
        "rollout = (layer / 2 + eye / 2) @ rollout, starting from the identity.",
    ),
)

MISCONCEPTIONS = (
    Misconception(
        name="bits",
        defines={"attention_entropy": entropy_in_bits},
        convention=True,
        uses=(renormalised,),
        finding=Text(
            "Votre entropie est exactement en bits (log₂) : l'énoncé la demande en nats (ln), soit ln 2 ≈ "
            "0,693 fois la "
            "vôtre.",
            "Your entropy is exactly in bits (log₂): the statement asks for nats (ln), ln 2 ≈ 0.693 times yours.",
        ),
        consequence=Text(
            "Les mesures de deux équipes ne se comparent plus, et une perplexité exp(H) serait fausse.",
            "The figures of two teams cannot be compared any more, and a perplexity exp(H) would be wrong.",
        ),
        hints=(
            Text(
                "Quelle est l'entropie d'une attention uniforme sur 4 clés : 2, ou ln 4 ?",
                "What is the entropy of uniform attention over 4 keys: 2, or ln 4?",
            ),
            Text("Le nat correspond au logarithme népérien.", "The nat goes with the natural logarithm."),
            Text("Remplacez torch.log2 par torch.log.", "Replace torch.log2 with torch.log."),
        ),
    ),
    Misconception(
        name="nan_at_zero",
        defines={"attention_entropy": entropy_nan},
        uses=(renormalised,),
        finding=Text(
            "Dès qu'un poids est nul, votre entropie vaut NaN : 0·ln 0 est calculé comme 0·(−∞).",
            "As soon as a weight is zero, your entropy is NaN: 0·ln 0 is computed as 0·(−∞).",
        ),
        consequence=Text(
            "Toute attention masquée contient des zéros exacts : un décodeur ne donnerait presque que des NaN.",
            "Any masked attention holds exact zeros: a decoder would give hardly anything but NaN.",
        ),
        hints=(
            Text("Quelle est la limite de p·ln p quand p tend vers 0 ?", "What is the limit of p·ln p as p goes to 0?"),
            Text(
                "La convention est 0·ln 0 = 0 : une fonction de torch.special la connaît.",
                "The convention is 0·ln 0 = 0: a function of torch.special knows it.",
            ),
            Text("−torch.special.xlogy(p, p).sum(dim=-1).", "−torch.special.xlogy(p, p).sum(dim=-1)."),
        ),
    ),
    Misconception(
        name="mean_over_keys",
        defines={"attention_entropy": entropy_mean_over_keys},
        uses=(renormalised,),
        finding=Text(
            "Votre sortie est exactement l'entropie divisée par T_k : vous prenez la moyenne sur les clés au "
            "lieu de la "
            "somme.",
            "Your output is exactly the entropy divided by T_k: you take the mean over keys instead of the sum.",
        ),
        consequence=Text(
            "L'entropie d'une même attention diminuerait quand on ajoute des clés de poids nul.",
            "The entropy of the same attention would shrink when keys of zero weight are added.",
        ),
        hints=(
            Text("Relisez la formule : somme ou moyenne ?", "Read the formula again: sum or mean?"),
            Text(
                "Les poids font déjà la moyenne : H = −Σ p ln p.",
                "The weights do the averaging already: H = −Σ p ln p.",
            ),
            Text("Remplacez .mean(dim=-1) par .sum(dim=-1).", "Replace .mean(dim=-1) with .sum(dim=-1)."),
        ),
    ),
    Misconception(
        name="summed_over_queries",
        defines={"attention_entropy": entropy_over_queries},
        uses=(renormalised,),
        finding=Text(
            "Vous sommez sur l'axe des requêtes : la sortie est de forme (B, h, T_k) au lieu de (B, h, T_q).",
            "You sum over the axis of queries: the output has shape (B, h, T_k) instead of (B, h, T_q).",
        ),
        consequence=Text(
            "Une colonne de poids n'est pas une distribution : elle ne somme pas à 1, et n'a pas d'entropie.",
            "A column of weights is no distribution: it does not sum to 1, and has no entropy.",
        ),
        hints=(
            Text("Sur quel axe les poids somment-ils à 1 ?", "Along which axis do the weights sum to 1?"),
            Text(
                "Chaque requête a sa distribution sur les clés : c'est l'axe des clés qui disparaît.",
                "Each query has its distribution over keys: it is the axis of keys that goes.",
            ),
            Text(".sum(dim=-1).", ".sum(dim=-1)."),
        ),
    ),
    Misconception(
        name="heads_averaged",
        defines={"attention_entropy": entropy_of_mean_heads},
        uses=(renormalised,),
        finding=Text(
            "Votre sortie est exactement la moyenne des entropies sur les têtes : (B, T_q) au lieu de (B, h, T_q).",
            "Your output is exactly the mean of the entropies over heads: (B, T_q) instead of (B, h, T_q).",
        ),
        consequence=Text(
            "On ne distingue plus une tête précise d'une tête diffuse, et c'est ce que l'on voulait voir.",
            "A focused head can no longer be told from a diffuse one, which is what one wanted to see.",
        ),
        hints=(
            Text("Combien d'entropies attend-on pour une phrase ?", "How many entropies are expected for a sentence?"),
            Text("Une par tête et par requête.", "One for each head and each query."),
            Text("Ne réduisez que le dernier axe.", "Reduce the last axis only."),
        ),
    ),
    Misconception(
        name="padding_counted",
        defines={"attention_entropy": entropy_with_padding},
        finding=Text(
            "Juste sans masque, votre entropie compte aussi les clés de remplissage : mask ne sert pas.",
            "Right without a mask, your entropy counts padding keys too: mask is not used.",
        ),
        consequence=Text(
            "Une phrase courte paraît plus « distraite » qu'elle ne l'est.",
            "A short sentence looks more absent-minded than it is.",
        ),
        hints=(
            Text("Que devient le poids posé sur une clé cachée ?", "What becomes of the weight on a hidden key?"),
            Text("On l'ôte, puis on renormalise ce qui reste.", "It is dropped, and what remains is renormalised."),
            Text(
                "weights.masked_fill(~mask[:, None, None, :], 0.0), puis divisez par la somme.",
                "weights.masked_fill(~mask[:, None, None, :], 0.0), then divide by the sum.",
            ),
        ),
    ),
    Misconception(
        name="not_renormalised",
        defines={"attention_entropy": entropy_not_renormalised},
        finding=Text(
            "Vous ôtez bien les clés cachées, mais sans renormaliser : ce qui reste ne somme pas à 1.",
            "You do drop the hidden keys, but without renormalising: what remains does not sum to 1.",
        ),
        consequence=Text(
            "−Σ p ln p n'est une entropie que pour une distribution : ici le résultat dépend de la masse perdue.",
            "−Σ p ln p is an entropy only for a distribution: here the result depends on the mass lost.",
        ),
        hints=(
            Text("Sommez les poids d'une ligne après le masque.", "Sum the weights of a row after masking."),
            Text(
                "Divisez par cette somme (et laissez à 0 une ligne sans masse).",
                "Divide by that sum (and leave at 0 a row without mass).",
            ),
            Text(
                "weights / total.masked_fill(total == 0, 1.0), avec total = weights.sum(-1, keepdim=True).",
                "weights / total.masked_fill(total == 0, 1.0), with total = weights.sum(-1, keepdim=True).",
            ),
        ),
    ),
    Misconception(
        name="sign_missing",
        defines={"attention_entropy": entropy_negative},
        uses=(renormalised,),
        finding=Text(
            "Votre sortie est exactement Σ p ln p, l'opposé de l'entropie : le signe moins manque.",
            "Your output is exactly Σ p ln p, the opposite of the entropy: the minus sign is missing.",
        ),
        consequence=Text(
            "La tête la plus précise paraîtrait la plus diffuse.",
            "The most focused head would look the most diffuse.",
        ),
        hints=(
            Text("Une entropie peut-elle être négative ?", "Can an entropy be negative?"),
            Text("ln p est négatif pour p < 1.", "ln p is negative for p < 1."),
            Text("Ajoutez le signe moins devant la somme.", "Put the minus sign before the sum."),
        ),
    ),
    Misconception(
        name="order_reversed",
        defines={"attention_rollout": rollout_reversed},
        finding=Text(
            "Vous multipliez les couches dans l'ordre inverse : Ã₁·Ã₂·…·Ã_L au lieu de Ã_L·…·Ã₁.",
            "You multiply the layers in the reverse order: Ã₁·Ã₂·…·Ã_L instead of Ã_L·…·Ã₁.",
        ),
        consequence=Text(
            "Les produits de matrices ne commutent pas : l'information partirait de la dernière couche vers "
            "la première.",
            "Matrix products do not commute: information would flow from the last layer to the first.",
        ),
        hints=(
            Text(
                "Ligne i de la sortie : les parts de l'entrée dans quoi ?",
                "Row i of the output: the shares of the input in what?",
            ),
            Text(
                "La sortie de la couche l est Ã_l fois son entrée : la plus récente est à gauche.",
                "The output of layer l is Ã_l times its input: the newest stands on the left.",
            ),
            Text(
                "rollout = layer @ rollout, de la première couche à la dernière.",
                "rollout = layer @ rollout, from the first layer to the last.",
            ),
        ),
    ),
    Misconception(
        name="identity_missing",
        defines={"attention_rollout": rollout_without_identity},
        finding=Text(
            "Votre sortie est exactement le produit des attentions seules : l'identité du chemin résiduel manque.",
            "Your output is exactly the product of the attentions alone: the identity of the residual path is missing.",
        ),
        consequence=Text(
            "Sans le résidu, l'information semble se mélanger bien plus vite qu'elle ne le fait.",
            "Without the residual, information seems to mix much faster than it does.",
        ),
        hints=(
            Text(
                "Que devient un mot qui ne regarde que les autres ?",
                "What becomes of a token that only looks at others?",
            ),
            Text(
                "La couche calcule x + Attention(x) : la moitié vient de x lui-même.",
                "The layer computes x + Attention(x): half comes from x itself.",
            ),
            Text("Ã = A/2 + I/2.", "Ã = A/2 + I/2."),
        ),
    ),
    Misconception(
        name="not_halved",
        defines={"attention_rollout": rollout_not_normalised},
        finding=Text(
            "Votre sortie est exactement le produit des A + I, sans la division par 2 : chaque couche double la masse.",
            "Your output is exactly the product of A + I, without the division by 2: each layer doubles the mass.",
        ),
        consequence=Text(
            "Les lignes somment à 2^L : ce ne sont plus des parts.",
            "Rows sum to 2^L: they are not shares any more.",
        ),
        hints=(
            Text("Sommez les lignes de votre sortie.", "Sum the rows of your output."),
            Text(
                "Chaque Ã doit rester stochastique : ses lignes somment à 1.",
                "Each Ã must stay stochastic: its rows sum to 1.",
            ),
            Text("Ã = (A + I) / 2.", "Ã = (A + I) / 2."),
        ),
    ),
    Misconception(
        name="heads_maximised",
        defines={"attention_rollout": rollout_max_of_heads},
        finding=Text(
            "Vous gardez le maximum des têtes : l'énoncé demande leur moyenne.",
            "You keep the maximum over heads: the statement asks for their mean.",
        ),
        consequence=Text(
            "Le maximum de distributions n'en est pas une : les lignes somment à plus de 1.",
            "A maximum of distributions is none: rows sum to more than 1.",
        ),
        hints=(
            Text("Comment l'énoncé réunit-il les têtes ?", "How does the statement merge heads?"),
            Text(
                "Une moyenne de lignes qui somment à 1 somme encore à 1.",
                "A mean of rows that sum to 1 still sums to 1.",
            ),
            Text("A.mean(dim=2).", "A.mean(dim=2)."),
        ),
    ),
    Misconception(
        name="last_layer_only",
        defines={"attention_rollout": rollout_last_layer},
        finding=Text(
            "Votre sortie ne contient que la dernière couche : les précédentes sont perdues.",
            "Your output only holds the last layer: those before are lost.",
        ),
        consequence=Text(
            "On voit où la dernière couche regarde, non d'où vient ce qu'elle y trouve.",
            "One sees where the last layer looks, not where what it finds there comes from.",
        ),
        hints=(
            Text(
                "Changez la première couche : votre sortie bouge-t-elle ?",
                "Change the first layer: does your output move?",
            ),
            Text("Il faut accumuler un produit dans la boucle.", "A product must be accumulated in the loop."),
            Text(
                "rollout = layer @ rollout, sans écraser rollout.",
                "rollout = layer @ rollout, without overwriting rollout.",
            ),
        ),
    ),
    Misconception(
        name="heads_averaged_last",
        defines={"attention_rollout": rollout_head_by_head},
        finding=Text(
            "Vous déroulez chaque tête à part, et moyennez à la fin : la moyenne doit se faire à chaque couche.",
            "You roll out each head by itself and average at the end: the mean must be taken at each layer.",
        ),
        consequence=Text(
            "Les têtes d'une couche mêlent leurs sorties avant la couche suivante : elles ne forment pas des voies "
            "séparées.",
            "The heads of a layer mix their outputs before the next layer: they are no separate paths.",
        ),
        hints=(
            Text(
                "Que fait W_o des têtes, à la fin de chaque couche ?",
                "What does W_o do with the heads at the end of each layer?",
            ),
            Text(
                "Moyenne du produit et produit des moyennes diffèrent.",
                "The mean of the product and the product of means differ.",
            ),
            Text("A.mean(dim=2) avant la boucle.", "A.mean(dim=2) before the loop."),
        ),
    ),
    Misconception(
        name="elementwise_product",
        defines={"attention_rollout": rollout_elementwise},
        finding=Text(
            "Vous multipliez les couches terme à terme : il faut un produit de matrices.",
            "You multiply the layers entry by entry: a matrix product is wanted.",
        ),
        consequence=Text(
            "Seuls comptent alors les chemins qui restent sur la même paire (i, j) : les détours disparaissent.",
            "Only paths that stay on the same pair (i, j) count then: detours vanish.",
        ),
        hints=(
            Text("Sommez les lignes de votre sortie.", "Sum the rows of your output."),
            Text(
                "Passer par k à mi-chemin : Σ_k Ã₂[i,k]·Ã₁[k,j].", "Passing through k on the way: Σ_k Ã₂[i,k]·Ã₁[k,j]."
            ),
            Text("Remplacez * par @.", "Replace * with @."),
        ),
    ),
    Misconception(
        name="identity_added_once",
        defines={"attention_rollout": rollout_identity_once},
        finding=Text(
            "Vous ajoutez l'identité une seule fois, à la fin : il y a un chemin résiduel dans chaque couche.",
            "You add the identity once only, at the end: there is a residual path in each layer.",
        ),
        consequence=Text(
            "Les chemins qui sautent certaines couches et pas d'autres sont oubliés.",
            "Paths that skip some layers and not others are forgotten.",
        ),
        hints=(
            Text("Combien de résidus y a-t-il dans L couches ?", "How many residuals are there in L layers?"),
            Text("Formez Ã_l = A_l/2 + I/2 avant de multiplier.", "Form Ã_l = A_l/2 + I/2 before multiplying."),
            Text(
                "rollout = (layer / 2 + eye / 2) @ rollout, dans la boucle.",
                "rollout = (layer / 2 + eye / 2) @ rollout, within the loop.",
            ),
        ),
    ),
    Misconception(
        name="divided_by_log_t_k",
        defines={"attention_entropy": entropy_normalised},
        convention=True,
        uses=(renormalised,),
        finding=Text(
            "Votre sortie est exactement l'entropie divisée par ln T_k, sa plus grande valeur possible : l'énoncé la "
            "demande en nats.",
            "Your output is exactly the entropy divided by ln T_k, its largest possible value: the statement asks for "
            "it in nats.",
        ),
        consequence=Text(
            "Cette entropie normalisée, entre 0 et 1, a son usage ; mais exp(H) n'est plus un nombre de clés "
            "regardées, et T_k = 1 donne 0/0.",
            "This normalised entropy, between 0 and 1, has its use; but exp(H) is no longer a number of keys looked "
            "at, and T_k = 1 gives 0/0.",
        ),
        hints=(
            Text(
                "Quelle est l'entropie d'une attention uniforme sur 4 clés : 1, ou ln 4 ?",
                "What is the entropy of uniform attention over 4 keys: 1, or ln 4?",
            ),
            Text("La formule est H = −Σ p ln p, sans dénominateur.", "The formula is H = −Σ p ln p, undivided."),
            Text("Retirez la division par math.log(T_k).", "Drop the division by math.log(T_k)."),
        ),
    ),
    Misconception(
        name="mean_of_layers",
        defines={"attention_rollout": rollout_mean_of_layers},
        finding=Text(
            "Vous prenez la moyenne des couches ½A + ½I, au lieu de leur produit.",
            "You take the mean of the layers ½A + ½I, instead of their product.",
        ),
        consequence=Text(
            "Une moyenne ne compose pas : un mot qui en atteint un autre en deux étapes n'y apparaît pas.",
            "A mean does not compose: a word that reaches another in two steps does not show in it.",
        ),
        hints=ROLLOUT_PRODUCT_HINTS,
    ),
    Misconception(
        name="sum_of_layers",
        defines={"attention_rollout": rollout_sum_of_layers},
        finding=Text(
            "Vous additionnez les couches ½A + ½I, au lieu de les multiplier.",
            "You add up the layers ½A + ½I, instead of multiplying them.",
        ),
        consequence=Text(
            "Les lignes somment à L au lieu de 1, et un chemin de deux étapes n'y apparaît pas.",
            "Rows sum to L instead of 1, and a path of two steps does not show.",
        ),
        hints=ROLLOUT_PRODUCT_HINTS,
    ),
)

EQUIVALENTS = (
    Equivalent("entr", {"attention_entropy": entropy_by_entr, "attention_rollout": rollout_renormalised}),
    Equivalent("where", {"attention_entropy": entropy_by_where, "attention_rollout": rollout_by_multi_dot}),
)
