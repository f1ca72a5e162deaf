"""3.10 cross_attention: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises import Equivalent, Misconception, Text


def cross_keys_from_decoder(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, x_dec @ W_k, memory @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf"))
    return F.softmax(scores, dim=-1) @ v


def cross_values_from_decoder(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, x_dec @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf"))
    return F.softmax(scores, dim=-1) @ v


def cross_keys_from_decoder_einsum(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, x_dec @ W_k, memory @ W_v
    scores = torch.einsum("bid,bjd->bij", q, k) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf"))
    return torch.einsum("bij,bjd->bid", F.softmax(scores, dim=-1), v)


def cross_values_from_decoder_einsum(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, x_dec @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf"))
    return torch.einsum("bij,bjd->bid", F.softmax(scores, dim=-1), v)


def cross_mask_inverted_added(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores + memory_mask[:, None, :] * -1e9
    return F.softmax(scores, dim=-1) @ v


def cross_causal(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf"))
    past = torch.ones(q.size(1), k.size(1), dtype=torch.bool).tril()
    scores = scores.masked_fill(~past, float("-inf"))
    return F.softmax(scores, dim=-1) @ v


def cross_mask_ignored(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    return F.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)), dim=-1) @ v


def cross_mask_on_queries(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, :, None], float("-inf"))
    return F.softmax(scores, dim=-1) @ v


def cross_mask_on_queries_finite(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, :, None], -1e9)
    return F.softmax(scores, dim=-1) @ v


def cross_queries_from_memory(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = memory @ W_q, memory @ W_k, memory @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf"))
    return F.softmax(scores, dim=-1) @ v


def cross_without_scale(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    scores = q @ k.transpose(-2, -1)
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf"))
    return F.softmax(scores, dim=-1) @ v


def cross_mask_inverted(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(memory_mask[:, None, :], float("-inf"))
    return F.softmax(scores, dim=-1) @ v


def cross_mask_inverted_finite(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(memory_mask[:, None, :], -1e9)
    return F.softmax(scores, dim=-1) @ v


def cross_mask_inverted_zero(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(memory_mask[:, None, :], float("-inf"))
    return torch.nan_to_num(F.softmax(scores, dim=-1)) @ v  # zeros, as the given attention does


def cross_masked_after_softmax(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    weights = F.softmax(scores, dim=-1)
    if memory_mask is not None:
        weights = weights * memory_mask[:, None, :]
    return weights @ v


def cross_raw_values(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf"))
    return F.softmax(scores, dim=-1) @ v


def cross_matrices_transposed(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q.T, memory @ W_k.T, memory @ W_v.T
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf"))
    return F.softmax(scores, dim=-1) @ v


def cross_keys_and_values_swapped(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_v, memory @ W_k
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf"))
    return F.softmax(scores, dim=-1) @ v


def cross_fused(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    mask = None if memory_mask is None else memory_mask[:, None, :]
    return F.scaled_dot_product_attention(x_dec @ W_q, memory @ W_k, memory @ W_v, attn_mask=mask)


def cross_query_scaled(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q = x_dec @ (W_q / W_q.size(1) ** 0.5)
    scores = torch.bmm(q, (memory @ W_k).mT)
    if memory_mask is not None:
        scores = scores.masked_fill(memory_mask.unsqueeze(1) == 0, -1e9)
    return torch.bmm(scores.softmax(dim=-1), memory @ W_v)


def cross_einsum(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    bilinear = torch.einsum("bic,cd,ed,bje->bij", x_dec, W_q, W_k, memory) / math.sqrt(W_k.size(1))
    if memory_mask is not None:
        bias = torch.zeros(memory_mask.shape, dtype=bilinear.dtype).masked_fill(~memory_mask, float("-inf"))
        bilinear = bilinear + bias[:, None]
    return torch.einsum("bij,bje->bie", torch.softmax(bilinear, -1), memory) @ W_v


def cross_renormalised(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    weights = F.softmax(q @ k.transpose(1, 2) / math.sqrt(k.size(-1)), dim=-1)
    if memory_mask is not None:
        weights = weights * memory_mask[:, None, :]
        weights = weights / weights.sum(dim=-1, keepdim=True)
    return weights @ v


def cross_sentence_by_sentence(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    outputs = []
    for b in range(len(x_dec)):
        tokens = memory[b] if memory_mask is None else memory[b][memory_mask[b]]  # real tokens only
        scores = F.linear(x_dec[b] @ W_q, tokens @ W_k) / W_q.size(-1) ** 0.5
        outputs.append(scores.softmax(dim=1) @ (tokens @ W_v))
    return torch.stack(outputs)


MASK_ON_QUERIES = {
    "finding": Text(
        "Le masque de la mémoire est posé sur l'axe des requêtes, comme si les scores étaient de forme (B, T_e, T_d).",
        "The mask of the memory is laid on the axis of queries, as if scores had shape (B, T_e, T_d).",
    ),
    "consequence": Text(
        "Les clés de remplissage restent visibles, et des requêtes entières sont masquées (NaN, ou une moyenne "
        "uniforme). Si T_d ≠ T_e, les formes ne vont pas ensemble ; si T_d = T_e, l'erreur est silencieuse.",
        "The padding keys stay visible, and whole queries are masked (NaN, or a uniform mean). If T_d ≠ T_e shapes do "
        "not fit; if T_d = T_e the mistake is silent.",
    ),
    "hints": (
        Text(
            "De quel côté sont les T_e positions que décrit memory_mask : requêtes ou clés ?",
            "On which side are the T_e positions that memory_mask describes: queries or keys?",
        ),
        Text(
            "Les scores sont (B, T_d, T_e) : le masque doit devenir (B, 1, T_e).",
            "Scores are (B, T_d, T_e): the mask must become (B, 1, T_e).",
        ),
        Text(
            'scores.masked_fill(~memory_mask[:, None, :], float("-inf")).',
            'scores.masked_fill(~memory_mask[:, None, :], float("-inf")).',
        ),
    ),
}

MASK_INVERTED = {
    "finding": Text(
        "memory_mask est lu à l'envers : le décodeur regarde le remplissage, et les vrais mots de la source lui sont "
        "cachés.",
        "memory_mask is read backwards: the decoder looks at the padding, and the real words of the source are hidden "
        "from it.",
    ),
    "consequence": Text(
        "Une source sans remplissage n'a plus rien à donner (NaN, moyenne de tout, ou zéros) ; des autres, il ne lit "
        "que du vide.",
        "A source without padding has nothing left to give (NaN, a mean of everything, or zeros); of the others it "
        "reads nothing but padding.",
    ),
    "hints": (
        Text(
            "Que veut dire True dans memory_mask ? Et dans la fonction à laquelle vous le donnez ?",
            "What does True mean in memory_mask? And in the function that you give it to?",
        ),
        Text(
            "Dans ce cours et pour la fonction attention fournie, True = peut être regardée ; masked_fill, lui, "
            "remplit là où il reçoit True.",
            "In this course and for the given function attention, True = may be attended to; masked_fill, however, "
            "fills where it gets True.",
        ),
        Text(
            "masked_fill(~memory_mask[:, None, :], …), ou attention(q, k, v, memory_mask[:, None, :]) sans ~.",
            "masked_fill(~memory_mask[:, None, :], …), or attention(q, k, v, memory_mask[:, None, :]) without ~.",
        ),
    ),
}

KEYS_FROM_DECODER = {
    "finding": Text(
        "Vos clés viennent du décodeur : K = x_dec·W_k au lieu de memory·W_k.",
        "Your keys come from the decoder: K = x_dec·W_k instead of memory·W_k.",
    ),
    "consequence": Text(
        "Le décodeur choisit où regarder dans la source sans la lire. Si T_d ≠ T_e, les formes ne vont pas "
        "ensemble ; si T_d = T_e, rien ne le signale.",
        "The decoder chooses where to look in the source without reading it. If T_d ≠ T_e shapes do not fit; if "
        "T_d = T_e nothing tells.",
    ),
    "hints": (
        Text(
            "Qui pose les questions, et qui porte les étiquettes que l'on compare ?",
            "Who asks the questions, and who wears the labels they are compared with?",
        ),
        Text(
            "Requêtes : décodeur. Clés et valeurs : mémoire de l'encodeur.",
            "Queries: decoder. Keys and values: the encoder's memory.",
        ),
        Text("k = memory @ W_k.", "k = memory @ W_k."),
    ),
}

VALUES_FROM_DECODER = {
    "finding": Text(
        "Vos valeurs viennent du décodeur : V = x_dec·W_v au lieu de memory·W_v.",
        "Your values come from the decoder: V = x_dec·W_v instead of memory·W_v.",
    ),
    "consequence": Text(
        "Les poids regardent la source, mais ce qui est rapporté vient de la cible : rien de la source n'est "
        "traduit, et l'avenir du décodeur fuit.",
        "The weights look at the source, but what is brought back comes from the target: nothing of the source is "
        "translated, and the decoder's future leaks.",
    ),
    "hints": (
        Text(
            "De quelle phrase le contenu rapporté doit-il venir ?",
            "From which sentence must the content brought back come?",
        ),
        Text(
            "Un poids sur la position j de la mémoire multiplie la valeur de cette même position.",
            "A weight on position j of the memory multiplies the value of that very position.",
        ),
        Text("v = memory @ W_v.", "v = memory @ W_v."),
    ),
}

MISCONCEPTIONS = (
    Misconception(name="keys_from_decoder", defines={"cross_attention": cross_keys_from_decoder}, **KEYS_FROM_DECODER),
    Misconception(
        name="keys_from_decoder_einsum",
        defines={"cross_attention": cross_keys_from_decoder_einsum},
        **KEYS_FROM_DECODER,
    ),
    Misconception(
        name="values_from_decoder", defines={"cross_attention": cross_values_from_decoder}, **VALUES_FROM_DECODER
    ),
    Misconception(
        name="values_from_decoder_einsum",
        defines={"cross_attention": cross_values_from_decoder_einsum},
        **VALUES_FROM_DECODER,
    ),
    Misconception(
        name="causal_on_memory",
        defines={"cross_attention": cross_causal},
        finding=Text(
            "Vous appliquez un masque causal à la mémoire : la position i du décodeur ne voit que j ≤ i.",
            "You apply a causal mask to the memory: position i of the decoder sees j ≤ i only.",
        ),
        consequence=Text(
            "Le premier mot traduit ne lirait que le premier mot de la source, alors que la phrase source est connue "
            "en entier.",
            "The first translated word would read the first word of the source only, whereas the whole source is "
            "known.",
        ),
        hints=(
            Text("La phrase source a-t-elle un avenir à cacher ?", "Has the source sentence a future to be hidden?"),
            Text(
                "Le masque causal va à l'auto-attention du décodeur ; ici, seul le remplissage est caché.",
                "The causal mask belongs to the decoder's self-attention; here only padding is hidden.",
            ),
            Text("Retirez tril : seul memory_mask masque.", "Remove tril: memory_mask alone masks."),
        ),
    ),
    Misconception(
        name="memory_mask_ignored",
        defines={"cross_attention": cross_mask_ignored},
        finding=Text(
            "Votre sortie est exactement celle qu'on obtient sans masque : memory_mask n'a aucun effet.",
            "Your output is exactly the one without a mask: memory_mask has no effect.",
        ),
        consequence=Text(
            "Le décodeur lit le remplissage de la source : une traduction dépendrait de la longueur des autres phrases "
            "du lot.",
            "The decoder reads the padding of the source: a translation would depend on the length of the other "
            "sentences of the batch.",
        ),
        hints=(
            Text("Où memory_mask apparaît-il dans votre fonction ?", "Where does memory_mask appear in your function?"),
            Text(
                "Masquez les scores (B, T_d, T_e) sur leur dernier axe, avant le softmax.",
                "Mask the scores (B, T_d, T_e) on their last axis, before the softmax.",
            ),
            Text(
                'scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf")).',
                'scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf")).',
            ),
        ),
    ),
    Misconception(name="mask_on_queries", defines={"cross_attention": cross_mask_on_queries}, **MASK_ON_QUERIES),
    Misconception(
        name="mask_on_queries_finite", defines={"cross_attention": cross_mask_on_queries_finite}, **MASK_ON_QUERIES
    ),
    Misconception(
        name="queries_from_memory",
        defines={"cross_attention": cross_queries_from_memory},
        finding=Text(
            "Vos requêtes viennent de la mémoire : Q = memory·W_q au lieu de x_dec·W_q.",
            "Your queries come from the memory: Q = memory·W_q instead of x_dec·W_q.",
        ),
        consequence=Text(
            "C'est l'auto-attention de l'encodeur : la sortie a T_e lignes et ne dépend pas du décodeur.",
            "That is the encoder's self-attention: the output has T_e rows and does not depend on the decoder.",
        ),
        hints=(
            Text(
                "Combien de lignes la sortie doit-elle avoir : T_d ou T_e ?",
                "How many rows must the output have: T_d or T_e?",
            ),
            Text("Une requête par position du décodeur.", "One query for each position of the decoder."),
            Text("q = x_dec @ W_q.", "q = x_dec @ W_q."),
        ),
    ),
    Misconception(
        name="missing_scale",
        defines={"cross_attention": cross_without_scale},
        finding=Text(
            "Votre sortie est exactement softmax(QKᵀ)·V : le facteur 1/√d manque.",
            "Your output is exactly softmax(QKᵀ)·V: the factor 1/√d is missing.",
        ),
        consequence=Text(
            "La variance des scores croît comme d : le décodeur ne lit presque plus qu'un mot de la source, sans "
            "pouvoir apprendre à en regarder un autre.",
            "The variance of scores grows like d: the decoder reads hardly more than one source word, and cannot learn "
            "to look at another.",
        ),
        hints=(
            Text(
                "La formule est celle de l'exercice 3.4 : comparez-les symbole par symbole.",
                "The formula is that of exercise 3.4: compare symbol by symbol.",
            ),
            Text(
                "Chaque score additionne d produits : par quoi le diviser pour que sa variance reste 1 ?",
                "Each score adds d products: what divides it so that its variance stays 1?",
            ),
            Text(
                "scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)).",
                "scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)).",
            ),
        ),
    ),
    Misconception(name="mask_inverted", defines={"cross_attention": cross_mask_inverted}, **MASK_INVERTED),
    Misconception(
        name="mask_inverted_finite", defines={"cross_attention": cross_mask_inverted_finite}, **MASK_INVERTED
    ),
    Misconception(name="mask_inverted_zero", defines={"cross_attention": cross_mask_inverted_zero}, **MASK_INVERTED),
    Misconception(name="mask_inverted_added", defines={"cross_attention": cross_mask_inverted_added}, **MASK_INVERTED),
    Misconception(
        name="masked_after_softmax",
        defines={"cross_attention": cross_masked_after_softmax},
        finding=Text(
            "Le masque agit après le softmax : le remplissage de la source a bien un poids nul, mais les autres poids "
            "ne somment plus à 1.",
            "The mask acts after the softmax: the padding of the source does have zero weight, but the other weights "
            "no longer sum to 1.",
        ),
        consequence=Text(
            "Le remplissage compte encore au dénominateur : ce que lit le décodeur s'affaiblit quand la phrase est "
            "courte.",
            "The padding still counts in the denominator: what the decoder reads fades when the sentence is short.",
        ),
        hints=(
            Text(
                "Sommez une ligne de vos poids (B, T_d, T_e) : que trouvez-vous ?",
                "Sum one row of your weights (B, T_d, T_e): what do you find?",
            ),
            Text(
                "C'est le score d'une clé cachée qui doit valoir −∞, avant la normalisation.",
                "It is the score of a hidden key that must be −∞, before the normalisation.",
            ),
            Text(
                'scores.masked_fill(~memory_mask[:, None, :], float("-inf")), puis le softmax.',
                'scores.masked_fill(~memory_mask[:, None, :], float("-inf")), then the softmax.',
            ),
        ),
    ),
    Misconception(
        name="raw_values",
        defines={"cross_attention": cross_raw_values},
        finding=Text(
            "Vos valeurs sont la mémoire telle quelle : W_v ne sert pas.",
            "Your values are the memory as it is: W_v is not used.",
        ),
        consequence=Text(
            "Le modèle ne peut pas apprendre quoi rapporter d'un mot, seulement où le trouver.",
            "The model cannot learn what to bring back from a word, only where to find it.",
        ),
        hints=(
            Text("Tous vos arguments servent-ils ?", "Are all your arguments used?"),
            Text(
                "Trois projections : une des états du décodeur, deux de la mémoire.",
                "Three projections: one of the decoder's states, two of the memory.",
            ),
            Text("v = memory @ W_v.", "v = memory @ W_v."),
        ),
    ),
    Misconception(
        name="matrices_transposed",
        defines={"cross_attention": cross_matrices_transposed},
        finding=Text(
            "Vous calculez exactement x·Wᵀ pour les trois projections, comme nn.Linear : ici les matrices s'appliquent "
            "à droite telles quelles, x·W.",
            "You compute exactly x·Wᵀ for the three projections, as nn.Linear does: here the matrices are applied on "
            "the right as they are, x·W.",
        ),
        consequence=Text(
            "Les matrices sont carrées, donc aucune forme ne proteste ; mais ce ne sont plus les mêmes projections.",
            "The matrices are square, so no shape complains; but the projections are not the same any more.",
        ),
        hints=(
            Text(
                "Dans l'énoncé, de quel côté de x la matrice W se trouve-t-elle ?",
                "In the statement, on which side of x does the matrix W stand?",
            ),
            Text(
                "F.linear(x, W) calcule x·Wᵀ : il attend une matrice rangée en (sortie, entrée).",
                "F.linear(x, W) computes x·Wᵀ: it wants a matrix stored as (out, in).",
            ),
            Text("q = x_dec @ W_q, et de même pour k et v.", "q = x_dec @ W_q, and likewise for k and v."),
        ),
    ),
    Misconception(
        name="keys_and_values_swapped",
        defines={"cross_attention": cross_keys_and_values_swapped},
        finding=Text(
            "W_k et W_v sont échangées : vos clés sont memory·W_v, vos valeurs memory·W_k.",
            "W_k and W_v are swapped: your keys are memory·W_v, your values memory·W_k.",
        ),
        consequence=Text(
            "Les requêtes sont comparées à ce qu'il fallait rapporter, et l'on rapporte ce qu'il fallait comparer.",
            "Queries are compared with what should be brought back, and what should be compared is brought back.",
        ),
        hints=(
            Text(
                "Laquelle des deux projections de la mémoire entre dans les scores ?",
                "Which of both projections of the memory enters the scores?",
            ),
            Text(
                "Les clés (T_e, d) se comparent aux requêtes ; les valeurs (T_e, d) se mélangent.",
                "Keys (T_e, d) are compared with queries; values (T_e, d) are mixed.",
            ),
            Text("k = memory @ W_k et v = memory @ W_v.", "k = memory @ W_k and v = memory @ W_v."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("fused", {"cross_attention": cross_fused}),
    Equivalent("query_scaled_first", {"cross_attention": cross_query_scaled}),
    Equivalent("einsum", {"cross_attention": cross_einsum}),
    Equivalent("renormalised", {"cross_attention": cross_renormalised}),
    Equivalent("sentence_by_sentence", {"cross_attention": cross_sentence_by_sentence}),
)
