"""3.4 scaled_dot_product_attention: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises import Equivalent, Misconception, Text


def attention_without_scale(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_divided_by_d_k(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / Q.size(-1)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_multiplied(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) * math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_divided_by_sqrt_t_k(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(K.size(-2))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_divided_by_sqrt_d_v(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(V.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_mask_inverted(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_mask_inverted_finite(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(mask, -1e9)
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_mask_inverted_added(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores + mask * -1e9
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_scores_times_mask(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores * mask
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_scores_plus_mask(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores + mask
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_filled_with_minus_ten(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, -10.0)
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_mask_ignored(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_masked_after_softmax(Q, K, V, mask=None):
    weights = F.softmax(Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)), dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ V, weights


def attention_softmax_on_queries(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-2)
    return weights @ V, weights


def attention_softmax_on_batch(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=0)
    return weights @ V, weights


def attention_returns_scores(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return F.softmax(scores, dim=-1) @ V, scores


def attention_divided_by_sqrt_t_q(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-2))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_softmax_twice(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(F.softmax(scores, dim=-1), dim=-1)
    return weights @ V, weights


def attention_softmax_on_pairs(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores.flatten(-2), dim=-1).view_as(scores)
    return weights @ V, weights


def attention_query_scaled(Q, K, V, mask=None):
    scores = (Q / math.sqrt(Q.size(-1))) @ K.mT
    if mask is not None:
        scores = torch.where(mask, scores, -1e9)
    weights = torch.softmax(scores, dim=-1)
    return weights @ V, weights


def attention_renormalised(Q, K, V, mask=None):
    weights = F.softmax(Q @ K.transpose(-1, -2) * Q.size(-1) ** -0.5, dim=-1)
    if mask is not None:
        weights = weights * mask
        weights = weights / weights.sum(dim=-1, keepdim=True)
    return torch.matmul(weights, V), weights


def attention_fused(Q, K, V, mask=None):
    output = F.scaled_dot_product_attention(Q, K, V, attn_mask=mask)
    scores = Q @ K.mT / math.sqrt(Q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask == 0, torch.finfo(scores.dtype).min)
    return output, scores.softmax(dim=-1)


def attention_einsum(Q, K, V, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", Q, K) / Q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores + torch.zeros(mask.shape, dtype=Q.dtype).masked_fill(~mask, float("-inf"))
    weights = scores.softmax(-1)
    return torch.einsum("...qk,...kd->...qd", weights, V), weights


def attention_by_hand(Q, K, V, mask=None):
    scores = (Q[..., :, None, :] * K[..., None, :, :]).sum(-1) / math.sqrt(Q.size(-1))
    mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand_as(scores)
    scores = scores.masked_fill(~mask, float("-inf"))
    exp = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
    weights = exp / exp.sum(dim=-1, keepdim=True)
    return (weights[..., None] * V[..., None, :, :]).sum(-2), weights


def attention_by_rows(Q, K, V, mask=None):
    outputs, weights = [], []
    for i in range(Q.size(-2)):
        row = (K @ Q[..., i, :, None]).squeeze(-1) / math.sqrt(Q.size(-1))  # (…, T_k)
        if mask is not None:
            row = row.masked_fill(~mask[..., i if mask.size(-2) > 1 else 0, :], float("-inf"))
        weights.append(F.softmax(row, dim=-1))
        outputs.append((weights[-1][..., None] * V).sum(dim=-2))
    return torch.stack(outputs, dim=-2), torch.stack(weights, dim=-2)


DIVIDE_LINE = Text(
    "scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)).",
    "scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)).",
)
FILL_LINE = Text(
    'scores = scores.masked_fill(~mask, float("-inf")), avant le softmax.',
    'scores = scores.masked_fill(~mask, float("-inf")), before the softmax.',
)
INVERTED = {
    "finding": Text(
        "Le masque est lu à l'envers : vous cachez les positions où mask vaut True, celles qui peuvent être regardées.",
        "The mask is read backwards: you hide the positions where mask is True, those that may be attended to.",
    ),
    "consequence": Text(
        "Chaque requête ne regarde que ce qui lui est interdit : le remplissage, ou l'avenir, et la réponse avec.",
        "Each query looks only at what it may not see: the padding, or the future and the answer in it.",
    ),
    "hints": (
        Text(
            "Que signifie True dans les masques de ce cours ? Et dans masked_fill ?",
            "What does True mean in this course's masks? And in masked_fill?",
        ),
        Text(
            "masked_fill remplit là où on lui donne True ; il faut remplir là où mask vaut False.",
            "masked_fill fills where it is given True; what must be filled is where mask is False.",
        ),
        Text("Ajoutez le ~ : scores.masked_fill(~mask, …).", "Add the ~: scores.masked_fill(~mask, …)."),
    ),
}
MISCONCEPTIONS = (
    Misconception(
        name="missing_scale",
        defines={"scaled_dot_product_attention": attention_without_scale},
        finding=Text(
            "Votre sortie est exactement softmax(QKᵀ)·V : le facteur 1/√d_k manque.",
            "Your output is exactly softmax(QKᵀ)·V: the factor 1/√d_k is missing.",
        ),
        consequence=Text(
            "La variance des scores croît comme d_k : le softmax sature, presque tout le poids va à une seule clé, et "
            "le gradient s'éteint.",
            "The variance of scores grows like d_k: the softmax saturates, nearly all weight goes to a single key, and "
            "the gradient fades.",
        ),
        hints=(
            Text(
                "Comparez votre calcul à la formule, symbole par symbole.",
                "Compare your computation with the formula, symbol by symbol.",
            ),
            Text(
                "Les scores doivent être divisés par √d_k, où d_k est le dernier axe de Q.",
                "Scores must be divided by √d_k, where d_k is the last axis of Q.",
            ),
            DIVIDE_LINE,
        ),
    ),
    Misconception(
        name="divided_by_d_k",
        defines={"scaled_dot_product_attention": attention_divided_by_d_k},
        finding=Text(
            "Vous divisez les scores par d_k au lieu de √d_k.", "You divide the scores by d_k instead of √d_k."
        ),
        consequence=Text(
            "Les scores se tassent autour de 0 quand d_k grandit : l'attention devient une moyenne uniforme, qui ne "
            "choisit plus rien.",
            "Scores shrink towards 0 as d_k grows: attention becomes a uniform mean that no longer selects anything.",
        ),
        hints=(
            Text(
                "Quelle est la variance de q·k pour des vecteurs N(0, 1) ? Par quoi la ramener à 1 ?",
                "What is the variance of q·k for N(0, 1) vectors? What brings it back to 1?",
            ),
            Text(
                "La variance vaut d_k : on divise par l'écart-type, sa racine.",
                "The variance is d_k: one divides by the standard deviation, its root.",
            ),
            DIVIDE_LINE,
        ),
    ),
    Misconception(
        name="multiplied_by_sqrt_d_k",
        defines={"scaled_dot_product_attention": attention_multiplied},
        finding=Text(
            "Vous multipliez les scores par √d_k au lieu de les diviser.",
            "You multiply the scores by √d_k instead of dividing them.",
        ),
        consequence=Text(
            "La variance des scores devient d_k² : le softmax est un choix tout ou rien, sans gradient.",
            "The variance of scores becomes d_k²: the softmax is an all-or-nothing choice, without gradient.",
        ),
        hints=(
            Text(
                "Vos poids sont-ils plus tranchés ou plus doux que ceux de softmax(QKᵀ) ?",
                "Are your weights sharper or softer than those of softmax(QKᵀ)?",
            ),
            Text("Le facteur est 1/√d_k : il réduit les scores.", "The factor is 1/√d_k: it makes scores smaller."),
            DIVIDE_LINE,
        ),
    ),
    Misconception(
        name="divided_by_sqrt_t_k",
        defines={"scaled_dot_product_attention": attention_divided_by_sqrt_t_k},
        finding=Text(
            "Vous divisez les scores par √T_k, le nombre de clés, au lieu de √d_k, leur dimension.",
            "You divide the scores by √T_k, the number of keys, instead of √d_k, their dimension.",
        ),
        consequence=Text(
            "La netteté de l'attention dépend de la longueur de la phrase : ajouter du remplissage change la sortie.",
            "The sharpness of attention depends on the length of the sentence: adding padding changes the output.",
        ),
        hints=(
            Text(
                "Sur combien de termes porte la somme d'un produit scalaire q·k ?",
                "How many terms does the sum of a dot product q·k have?",
            ),
            Text(
                "Sur d_k, le dernier axe de Q et de K ; l'avant-dernier de K compte les clés.",
                "d_k, the last axis of Q and K; the axis before it, in K, counts keys.",
            ),
            DIVIDE_LINE,
        ),
    ),
    Misconception(
        name="divided_by_sqrt_d_v",
        defines={"scaled_dot_product_attention": attention_divided_by_sqrt_d_v},
        finding=Text(
            "Vous divisez les scores par √d_v, la dimension des valeurs, au lieu de √d_k, celle des clés.",
            "You divide the scores by √d_v, the dimension of values, instead of √d_k, that of keys.",
        ),
        consequence=Text(
            "Tant que d_v = d_k, rien ne se voit ; dès qu'elles diffèrent, la température du softmax est fausse.",
            "As long as d_v = d_k nothing shows; as soon as they differ, the temperature of the softmax is wrong.",
        ),
        hints=(
            Text(
                "V intervient-il dans les scores ? Alors pourquoi sa taille y serait-elle ?",
                "Does V play a part in the scores? Then why would its size?",
            ),
            Text(
                "Le produit scalaire porte sur les axes de Q et K, de taille d_k.",
                "The dot product runs over the axes of Q and K, of size d_k.",
            ),
            DIVIDE_LINE,
        ),
    ),
    Misconception(name="mask_inverted", defines={"scaled_dot_product_attention": attention_mask_inverted}, **INVERTED),
    Misconception(
        name="mask_inverted_finite",
        defines={"scaled_dot_product_attention": attention_mask_inverted_finite},
        **INVERTED,
    ),
    Misconception(
        name="mask_inverted_added",
        defines={"scaled_dot_product_attention": attention_mask_inverted_added},
        **INVERTED,
    ),
    Misconception(
        name="scores_times_mask",
        defines={"scaled_dot_product_attention": attention_scores_times_mask},
        finding=Text(
            "Un score caché devient 0, et non −∞, comme si vous multipliiez les scores par le masque.",
            "A hidden score becomes 0, not −∞, as if you multiplied the scores by the mask.",
        ),
        consequence=Text(
            "exp(0) = 1 : une clé cachée garde un poids, et même le plus grand si les autres scores sont négatifs.",
            "exp(0) = 1: a hidden key keeps a weight, even the largest one if other scores are negative.",
        ),
        hints=(
            Text(
                "Quel poids le softmax donne-t-il à un score de 0 ?",
                "What weight does the softmax give to a score of 0?",
            ),
            Text(
                "Pour un poids nul, il faut exp(score) = 0, donc un score de −∞.",
                "A weight of zero takes exp(score) = 0, hence a score of −∞.",
            ),
            FILL_LINE,
        ),
    ),
    Misconception(
        name="scores_plus_mask",
        defines={"scaled_dot_product_attention": attention_scores_plus_mask},
        finding=Text(
            "Vous ajoutez le masque booléen aux scores : les clés permises gagnent 1, les autres restent telles "
            "quelles.",
            "You add the boolean mask to the scores: allowed keys gain 1, the others stay as they are.",
        ),
        consequence=Text(
            "Une clé cachée est seulement un peu défavorisée (d'un facteur e) : elle n'est pas cachée.",
            "A hidden key is only somewhat disfavoured (by a factor e): it is not hidden.",
        ),
        hints=(
            Text("Que vaut True dans une addition ? Et False ?", "What is True in an addition? And False?"),
            Text(
                "Un masque additif contient 0 et −∞ ; celui-ci contient True et False.",
                "An additive mask holds 0 and −∞; this one holds True and False.",
            ),
            FILL_LINE,
        ),
    ),
    Misconception(
        name="filled_with_minus_ten",
        defines={"scaled_dot_product_attention": attention_filled_with_minus_ten},
        finding=Text(
            "Vous remplissez les scores cachés par −10 : ce n'est pas assez bas.",
            "You fill hidden scores with −10: that is not low enough.",
        ),
        consequence=Text(
            "Leur poids est petit mais pas nul, et si les autres scores sont sous −10, ce sont les clés cachées qui "
            "l'emportent.",
            "Their weight is small but not zero, and if the other scores are below −10 the hidden keys win.",
        ),
        hints=(
            Text("Vos poids cachés valent-ils exactement 0 ?", "Are your hidden weights exactly 0?"),
            Text(
                "Un score réel peut être inférieur à −10 ; aucun n'est inférieur à −∞.",
                "A real score may be below −10; none is below −∞.",
            ),
            FILL_LINE,
        ),
    ),
    Misconception(
        name="mask_ignored",
        defines={"scaled_dot_product_attention": attention_mask_ignored},
        finding=Text(
            "Votre sortie est exactement celle qu'on obtient sans masque : mask n'a aucun effet.",
            "Your output is exactly the one without a mask: mask has no effect.",
        ),
        consequence=Text(
            "Les requêtes regardent le remplissage et l'avenir : un décodeur lirait la réponse.",
            "Queries look at the padding and at the future: a decoder would read the answer.",
        ),
        hints=(
            Text("Où mask apparaît-il dans votre fonction ?", "Where does mask appear in your function?"),
            Text(
                "masked_fill renvoie un nouveau tenseur : il faut en garder le résultat.",
                "masked_fill returns a new tensor: its result must be kept.",
            ),
            FILL_LINE,
        ),
    ),
    Misconception(
        name="masked_after_softmax",
        defines={"scaled_dot_product_attention": attention_masked_after_softmax},
        finding=Text(
            "Vous masquez après le softmax, sans renormaliser : les lignes des poids ne somment plus à 1.",
            "You mask after the softmax, without renormalising: the rows of weights no longer sum to 1.",
        ),
        consequence=Text(
            "La sortie rapetisse d'autant plus que la phrase contient de remplissage, et le contenu caché compte "
            "encore au dénominateur.",
            "The output shrinks with the amount of padding, and hidden content still counts in the denominator.",
        ),
        hints=(
            Text("Sommez une ligne de vos poids masqués.", "Sum a row of your masked weights."),
            Text(
                "Le softmax doit déjà ignorer les clés cachées : masquez les scores.",
                "The softmax itself must ignore hidden keys: mask the scores.",
            ),
            FILL_LINE,
        ),
    ),
    Misconception(
        name="renormalised_after_softmax",
        defines={"scaled_dot_product_attention": attention_renormalised},
        finding=Text(
            "Vous annulez les poids masqués après le softmax, puis vous renormalisez : juste sur le papier, mais NaN "
            "quand une clé masquée a un score bien plus grand que les autres.",
            "You zero masked weights after the softmax, then renormalise: right on paper, but NaN when a masked key "
            "has a score far larger than the others.",
        ),
        consequence=Text(
            "Tous les poids permis valent alors 0, et l'on divise 0 par 0 : le contenu d'une clé cachée décide encore.",
            "All weights allowed are then 0, and 0 is divided by 0: the content of a hidden key still decides.",
        ),
        hints=(
            Text(
                "Que valent vos poids si une clé cachée a pour score 10⁴ ?",
                "What are your weights if a hidden key has a score of 10⁴?",
            ),
            Text(
                "Une clé masquée ne doit pas même entrer dans la somme du softmax.",
                "A masked key must not even enter the sum of the softmax.",
            ),
            FILL_LINE,
        ),
    ),
    Misconception(
        name="softmax_on_queries",
        defines={"scaled_dot_product_attention": attention_softmax_on_queries},
        finding=Text(
            "Votre softmax porte sur l'axe des requêtes (dim=-2) : ce sont vos colonnes qui somment à 1.",
            "Your softmax runs over the axis of queries (dim=-2): your columns are what sums to 1.",
        ),
        consequence=Text(
            "Chaque clé répartit son poids entre les requêtes, et la sortie n'est plus une moyenne des valeurs. Un tel "
            "modèle apprend tout de même : la courbe de perte ne révèle rien.",
            "Each key shares its weight among queries, and the output is no longer a mean of values. Such a model "
            "still learns: the loss curve reveals nothing.",
        ),
        hints=(
            Text(
                "Sommez vos poids selon chaque axe : lequel donne 1 ?",
                "Sum your weights along each axis: which gives 1?",
            ),
            Text(
                "Chaque requête (ligne) répartit un poids total de 1 entre les clés (colonnes).",
                "Each query (row) shares a total weight of 1 among the keys (columns).",
            ),
            Text("F.softmax(scores, dim=-1).", "F.softmax(scores, dim=-1)."),
        ),
    ),
    Misconception(
        name="softmax_on_batch",
        defines={"scaled_dot_product_attention": attention_softmax_on_batch},
        finding=Text(
            "Votre softmax porte sur le premier axe (dim=0), celui du lot.",
            "Your softmax runs over the first axis (dim=0), that of the batch.",
        ),
        consequence=Text(
            "Les phrases du lot se disputent l'attention : la réponse à l'une dépend des autres, et un lot d'une seule "
            "phrase donne des poids tous égaux à 1.",
            "The sentences of the batch compete for attention: the answer to one depends on the others, and a batch of "
            "a single sentence has all weights equal to 1.",
        ),
        hints=(
            Text(
                "Quel axe des scores (B, h, T_q, T_k) doit sommer à 1 ?",
                "Which axis of the scores (B, h, T_q, T_k) must sum to 1?",
            ),
            Text(
                "Celui des clés, le dernier, quel que soit le nombre d'axes devant.",
                "That of keys, the last one, however many axes come before.",
            ),
            Text("F.softmax(scores, dim=-1).", "F.softmax(scores, dim=-1)."),
        ),
    ),
    Misconception(
        name="scores_returned_as_weights",
        defines={"scaled_dot_product_attention": attention_returns_scores},
        finding=Text(
            "La sortie est juste, mais le second résultat contient les scores d'avant le softmax, non les poids.",
            "The output is right, but the second result holds the scores before the softmax, not the weights.",
        ),
        consequence=Text(
            "Qui affiche ces « poids » ou en calcule l'entropie lit des nombres négatifs qui ne somment pas à 1.",
            "Whoever shows these “weights” or computes their entropy reads negative numbers that do not sum to 1.",
        ),
        hints=(
            Text(
                "Sommez une ligne du second tenseur que vous renvoyez.",
                "Sum a row of the second tensor that you return.",
            ),
            Text(
                "Les poids sont ce qui multiplie V : gardez-les dans une variable.",
                "The weights are what multiplies V: keep them in a variable.",
            ),
            Text(
                "weights = F.softmax(scores, dim=-1), puis return weights @ V, weights.",
                "weights = F.softmax(scores, dim=-1), then return weights @ V, weights.",
            ),
        ),
    ),
    Misconception(
        name="divided_by_sqrt_t_q",
        defines={"scaled_dot_product_attention": attention_divided_by_sqrt_t_q},
        finding=Text(
            "Vous divisez les scores par √T_q, le nombre de requêtes, au lieu de √d_k, leur dimension.",
            "You divide the scores by √T_q, the number of queries, instead of √d_k, their dimension.",
        ),
        consequence=Text(
            "La réponse à une question dépend du nombre de questions posées en même temps.",
            "The answer to one question depends on how many are asked at the same time.",
        ),
        hints=(
            Text(
                "Posez une seule requête, puis deux fois la même : les poids doivent-ils changer ?",
                "Ask a single query, then the same one twice: should the weights change?",
            ),
            Text(
                "Q est de forme (…, T_q, d_k) : d_k est le dernier axe, non l'avant-dernier.",
                "Q has shape (…, T_q, d_k): d_k is the last axis, not the one before.",
            ),
            DIVIDE_LINE,
        ),
    ),
    Misconception(
        name="softmax_twice",
        defines={"scaled_dot_product_attention": attention_softmax_twice},
        finding=Text(
            "Vos poids sont exactement softmax(softmax(scores)) : la normalisation est faite deux fois.",
            "Your weights are exactly softmax(softmax(scores)): the normalisation is done twice.",
        ),
        consequence=Text(
            "Le second softmax ne reçoit que des nombres entre 0 et 1 : aucun poids ne dépasse e ≈ 2,7 fois un autre, "
            "et les clés masquées en retrouvent un.",
            "The second softmax gets numbers between 0 and 1 only: no weight exceeds e ≈ 2.7 times another, and masked "
            "keys get some again.",
        ),
        hints=(
            Text(
                "Regardez une ligne de poids dont une clé est masquée : combien pèse cette clé ?",
                "Look at a row of weights with a masked key: how much does that key weigh?",
            ),
            Text(
                "Un softmax rend déjà des poids positifs de somme 1 : rien ne reste à normaliser.",
                "One softmax gives positive weights of sum 1 already: nothing is left to normalise.",
            ),
            Text(
                "weights = F.softmax(scores, dim=-1), une seule fois, puis weights @ V.",
                "weights = F.softmax(scores, dim=-1), once, then weights @ V.",
            ),
        ),
    ),
    Misconception(
        name="softmax_on_pairs",
        defines={"scaled_dot_product_attention": attention_softmax_on_pairs},
        finding=Text(
            "Votre softmax porte sur toutes les paires (requête, clé) à la fois : c'est la matrice (T_q, T_k) entière "
            "qui somme à 1, non chaque ligne.",
            "Your softmax runs over all pairs (query, key) at once: the whole matrix (T_q, T_k) sums to 1, not each "
            "row.",
        ),
        consequence=Text(
            "Les requêtes se disputent l'attention : celle dont les scores sont faibles ne rapporte presque rien.",
            "Queries compete for attention: one whose scores are low brings back almost nothing.",
        ),
        hints=(
            Text("Sommez vos poids ligne par ligne.", "Sum your weights row by row."),
            Text(
                "Chaque requête répartit sa propre attention : un softmax par ligne, sur l'axe des clés.",
                "Each query shares out its own attention: one softmax for each row, over the axis of keys.",
            ),
            Text("F.softmax(scores, dim=-1), sans flatten.", "F.softmax(scores, dim=-1), without flatten."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("query_scaled_first", {"scaled_dot_product_attention": attention_query_scaled}),
    Equivalent("fused", {"scaled_dot_product_attention": attention_fused}),
    Equivalent("einsum_and_additive_mask", {"scaled_dot_product_attention": attention_einsum}),
    Equivalent("softmax_by_hand", {"scaled_dot_product_attention": attention_by_hand}),
    Equivalent("row_by_row", {"scaled_dot_product_attention": attention_by_rows}),
)
