"""3.3 padding_mask, causal_mask, combine_masks: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch

from attentif.exercises import Equivalent, Misconception, Text


def padding_mask_off_by_one(lengths, T):
    return torch.arange(T) <= lengths[:, None]


def padding_mask_inverted(lengths, T):
    return torch.arange(T) >= lengths[:, None]


def causal_mask_upper(T):
    return torch.ones(T, T, dtype=torch.bool).triu()


def causal_mask_self_hidden(T):
    return torch.ones(T, T, dtype=torch.bool).tril(-1)


def causal_mask_sees_next(T):
    return torch.ones(T, T, dtype=torch.bool).tril(1)


def causal_mask_inverted(T):
    return torch.ones(T, T, dtype=torch.bool).triu(1)


def causal_mask_all_true(T):
    return torch.ones(T, T, dtype=torch.bool)


def combine_masks_on_queries(padding, causal):
    return padding[:, None, :, None] & causal


def combine_masks_or(padding, causal):
    return padding[:, None, None, :] | causal


def combine_masks_head_axis_misplaced(padding, causal):
    return (padding[:, None, :] & causal).unsqueeze(2)  # (B, T, 1, T)


def combine_masks_padding_ignored(padding, causal):
    return causal.expand(padding.size(0), 1, *causal.shape)


def combine_masks_padding_ignored_not_expanded(padding, causal):
    return causal[None, None]  # (1, 1, T, T)


def combine_masks_causal_ignored(padding, causal):
    return padding[:, None, None, :].expand(-1, 1, causal.size(0), -1)


def combine_masks_causal_ignored_not_expanded(padding, causal):
    return padding[:, None, None, :]  # (B, 1, 1, T)


def combine_masks_causal_transposed(padding, causal):
    return padding[:, None, None, :] & causal.T


def padding_mask_by_loop(lengths, T):
    mask = torch.zeros(len(lengths), T, dtype=torch.bool)
    for b, n in enumerate(lengths):
        mask[b, :n] = True
    return mask


def causal_mask_by_loop(T):
    mask = torch.zeros(T, T, dtype=torch.bool)
    for i in range(T):
        mask[i, : i + 1] = True
    return mask


def combine_masks_by_loop(padding, causal):
    return torch.stack([causal & keys for keys in padding]).unsqueeze(1)


def padding_mask_by_positions(lengths, T):
    positions = torch.arange(T).unsqueeze(0).expand(lengths.shape[0], T)
    return positions < lengths.unsqueeze(1)


def causal_mask_by_positions(T):
    positions = torch.arange(T)
    return positions[:, None] >= positions[None, :]


def combine_masks_by_views(padding, causal):
    B, T = padding.shape
    return torch.logical_and(padding.view(B, 1, 1, T), causal.view(1, 1, T, T))


def padding_mask_by_negation(lengths, T):
    return ~(torch.arange(T).repeat(len(lengths), 1) >= lengths.reshape(-1, 1))


def causal_mask_by_negation(T):
    return ~torch.triu(torch.ones(T, T), diagonal=1).bool()


def combine_masks_by_product(padding, causal):
    return padding[:, None, None, :] * causal[None, None]


def padding_mask_by_sums(lengths, T):
    return torch.ones(len(lengths), T).cumsum(dim=1) <= lengths[:, None]


def causal_mask_by_sums(T):
    return torch.eye(T).cumsum(dim=0) > 0


def combine_masks_by_fill(padding, causal):
    hidden = ~padding[:, None, None, :] | ~causal
    return torch.ones_like(hidden).masked_fill(hidden, False)


PADDING_IGNORED = {
    "finding": Text(
        "Votre masque est exactement l'argument causal, le même pour toutes les phrases : `padding` n'y entre pas.",
        "Your mask is exactly the argument causal, the same for all sentences: padding has no part in it.",
    ),
    "consequence": Text(
        "Les positions de remplissage du passé restent visibles, et une phrase courte lit du vide.",
        "Padding positions of the past stay visible, and a short sentence reads emptiness.",
    ),
    "hints": (
        Text(
            "Deux phrases de longueurs différentes ont-elles le même masque ?",
            "Do two sentences of different lengths have the same mask?",
        ),
        Text(
            "Une clé est visible si elle est réelle *et* permise par causal : il faut les deux conditions.",
            "A key is visible if it is real *and* allowed by causal: both conditions are needed.",
        ),
        Text("`padding[:, None, None, :] & causal`.", "padding[:, None, None, :] & causal."),
    ),
}
CAUSAL_IGNORED = {
    "finding": Text(
        "Votre masque ne tient compte que de `padding` : il est le même pour toutes les requêtes, "
        "causal n'y entre pas.",
        "Your mask heeds padding only: it is the same for all queries, causal has no part in it.",
    ),
    "consequence": Text(
        "Chaque position voit toute la phrase, avenir compris : la réponse est sous ses yeux.",
        "Each position sees the whole sentence, future included: the answer lies before its eyes.",
    ),
    "hints": (
        Text(
            "Deux requêtes d'une même phrase ont-elles le même masque ?",
            "Do two queries of one sentence have the same mask?",
        ),
        Text(
            "Une clé est visible si elle est réelle *et* permise par causal : il faut les deux conditions.",
            "A key is visible if it is real *and* allowed by causal: both conditions are needed.",
        ),
        Text("`padding[:, None, None, :] & causal`.", "padding[:, None, None, :] & causal."),
    ),
}

MISCONCEPTIONS = (
    Misconception(
        name="lengths_off_by_one",
        defines={"padding_mask": padding_mask_off_by_one},
        finding=Text(
            "Votre masque garde une position de trop par phrase : vous comparez avec ≤ au lieu de <.",
            "Your mask keeps one position too many in each sentence: you compare with ≤ instead of <.",
        ),
        consequence=Text(
            "Le premier jeton de remplissage de chaque phrase reçoit de l'attention, comme s'il faisait partie du "
            "texte ; seules les phrases de longueur T n'en souffrent pas.",
            "The first padding token of each sentence gets attention as if it belonged to the text; only sentences of "
            "length T are spared.",
        ),
        hints=(
            Text(
                "Combien de True votre masque compte-t-il pour une phrase de longueur 2 ?",
                "How many True does your mask have for a sentence of length 2?",
            ),
            Text(
                "Les positions commencent à 0 : une phrase de longueur n occupe les positions 0 à n − 1.",
                "Positions start at 0: a sentence of length n holds positions 0 to n − 1.",
            ),
            Text("torch.arange(T) < lengths[:, None].", "torch.arange(T) < lengths[:, None]."),
        ),
    ),
    Misconception(
        name="padding_inverted",
        defines={"padding_mask": padding_mask_inverted},
        finding=Text(
            "Votre masque est exactement l'inverse de celui attendu : True y marque le remplissage.",
            "Your mask is exactly the inverse of the expected one: True marks the padding.",
        ),
        consequence=Text(
            "L'attention ne verrait que le remplissage, et aucun mot. Cette convention existe (key_padding_mask de "
            "nn.MultiheadAttention), mais ce n'est pas celle du cours.",
            "Attention would see the padding only, and no word. That convention exists (key_padding_mask of "
            "nn.MultiheadAttention), but it is not the one of this course.",
        ),
        hints=(
            Text("Que signifie True dans les masques de ce cours ?", "What does True mean in this course's masks?"),
            Text(
                "True = peut être regardé : les positions inférieures à la longueur.",
                "True = may be attended to: the positions below the length.",
            ),
            Text(
                "torch.arange(T) < lengths[:, None], et non >=.", "torch.arange(T) < lengths[:, None], rather than >=."
            ),
        ),
    ),
    Misconception(
        name="upper_triangle",
        defines={"causal_mask": causal_mask_upper},
        finding=Text(
            "Vous gardez le triangle supérieur (triu) : chaque position voit elle-même et l'avenir, mais pas le passé.",
            "You keep the upper triangle (triu): each position sees itself and the future, but not the past.",
        ),
        consequence=Text(
            "Le modèle lit à l'envers : pour prédire le mot suivant, il lui suffit de le regarder, et tout ce qui "
            "précède lui est caché.",
            "The model reads backwards: to predict the next word it only has to look at it, and all that came before "
            "is hidden.",
        ),
        hints=(
            Text(
                "La première ligne est celle de la première requête : combien de clés peut-elle voir ?",
                "The first row belongs to the first query: how many keys may it see?",
            ),
            Text(
                "La requête i est une ligne, la clé j une colonne ; il faut j ≤ i.",
                "Query i is a row, key j is a column; j ≤ i is wanted.",
            ),
            Text(
                "torch.ones(T, T, dtype=torch.bool).tril() : le triangle inférieur.",
                "torch.ones(T, T, dtype=torch.bool).tril(): the lower triangle.",
            ),
        ),
    ),
    Misconception(
        name="self_hidden",
        defines={"causal_mask": causal_mask_self_hidden},
        finding=Text(
            "La diagonale manque (tril(-1)) : une position ne se voit pas elle-même.",
            "The diagonal is missing (tril(-1)): a position does not see itself.",
        ),
        consequence=Text(
            "La première requête n'a plus aucune clé : son softmax donne NaN. Les autres ignorent le mot qu'elles "
            "viennent de lire.",
            "The first query has no key left: its softmax is NaN. The others ignore the word they have just read.",
        ),
        hints=(
            Text("Combien de True votre première ligne compte-t-elle ?", "How many True does your first row have?"),
            Text(
                "La position i a le droit de se regarder : la condition est j ≤ i, égalité comprise.",
                "Position i may look at itself: the condition is j ≤ i, equality included.",
            ),
            Text("tril() sans argument garde la diagonale.", "tril() without an argument keeps the diagonal."),
        ),
    ),
    Misconception(
        name="sees_next",
        defines={"causal_mask": causal_mask_sees_next},
        finding=Text(
            "Chaque position voit une position de trop (tril(1)) : la suivante.",
            "Each position sees one position too many (tril(1)): the next one.",
        ),
        consequence=Text(
            "Le mot à prédire est justement visible : la perte d'entraînement s'effondre, et le modèle ne sait rien "
            "générer.",
            "The very word to be predicted is visible: the training loss collapses, and the model cannot generate.",
        ),
        hints=(
            Text(
                "La toute première position devrait-elle voir la deuxième ?",
                "Should the first position see the second?",
            ),
            Text(
                "Le décalage de tril déplace la diagonale : 1 en garde une de plus.",
                "The offset of tril moves the diagonal: 1 keeps one more.",
            ),
            Text(
                "tril() sans argument : j ≤ i, et non j ≤ i + 1.",
                "tril() without an argument: j ≤ i rather than j ≤ i + 1.",
            ),
        ),
    ),
    Misconception(
        name="causal_inverted",
        defines={"causal_mask": causal_mask_inverted},
        finding=Text(
            "Votre masque est exactement l'inverse de celui attendu : True y marque l'avenir, à cacher.",
            "Your mask is exactly the inverse of the expected one: True marks the future, to be hidden.",
        ),
        consequence=Text(
            "Lu avec la convention du cours, il ne montre que l'avenir, et la dernière requête n'a aucune clé. C'est "
            "la convention de nn.Transformer (attn_mask), l'opposé de celle de F.scaled_dot_product_attention.",
            "Read with this course's convention it shows the future only, and the last query has no key. It is the "
            "convention of nn.Transformer (attn_mask), opposite to that of F.scaled_dot_product_attention.",
        ),
        hints=(
            Text("Que signifie True dans les masques de ce cours ?", "What does True mean in this course's masks?"),
            Text(
                "True = peut être regardé : le passé et soi-même.", "True = may be attended to: the past and oneself."
            ),
            Text(
                "Prenez ~masque, ou directement tril() au lieu de triu(1).", "Take ~mask, or tril() instead of triu(1)."
            ),
        ),
    ),
    Misconception(
        name="all_true",
        defines={"causal_mask": causal_mask_all_true},
        finding=Text(
            "Votre masque vaut True partout : rien n'est caché.", "Your mask is True everywhere: nothing is hidden."
        ),
        consequence=Text(
            "C'est l'attention d'un encodeur : chaque position voit l'avenir, donc la réponse qu'elle doit prédire.",
            "That is an encoder's attention: each position sees the future, hence the answer it must predict.",
        ),
        hints=(
            Text("Quelles clés la première requête peut-elle voir ?", "Which keys may the first query see?"),
            Text(
                "Il reste à effacer tout ce qui est au-dessus de la diagonale.",
                "All that is above the diagonal remains to be erased.",
            ),
            Text(
                "tril renvoie un nouveau tenseur, il ne change pas le vôtre : torch.ones(T, T, "
                "dtype=torch.bool).tril().",
                "tril returns a new tensor, it does not change yours: torch.ones(T, T, dtype=torch.bool).tril().",
            ),
        ),
    ),
    Misconception(
        name="padding_on_queries",
        defines={"combine_masks": combine_masks_on_queries},
        finding=Text(
            "Le masque de remplissage cache des lignes (les requêtes) au lieu de colonnes (les clés).",
            "The padding mask hides rows (queries) instead of columns (keys).",
        ),
        consequence=Text(
            "Les vrais mots regardent toujours le remplissage, et les lignes du remplissage, entièrement masquées, "
            "donnent NaN. Avec un masque causal et un remplissage à droite, seules ces lignes trahissent l'erreur.",
            "Real words still look at the padding, and the rows of the padding, fully masked, give NaN. With a causal "
            "mask and padding on the right, those rows alone betray the mistake.",
        ),
        hints=(
            Text(
                "Un jeton de remplissage ne doit pas être regardé : est-ce une affaire de requête ou de clé ?",
                "A padding token must not be looked at: is that about the query or about the key?",
            ),
            Text(
                "Les clés sont le dernier axe : `padding` (B, T) devient (B, 1, 1, T).",
                "Keys are the last axis: padding (B, T) becomes (B, 1, 1, T).",
            ),
            Text("`padding[:, None, None, :] & causal`.", "padding[:, None, None, :] & causal."),
        ),
    ),
    Misconception(
        name="or_instead_of_and",
        defines={"combine_masks": combine_masks_or},
        finding=Text(
            "Vous combinez les deux masques par « ou » : une clé permise par l'un des deux suffit.",
            "You combine the two masks with “or”: a key allowed by either is enough.",
        ),
        consequence=Text(
            "Le remplissage du passé et les vrais mots de l'avenir redeviennent visibles. Le « ou » conviendrait à des "
            "masques où True veut dire « caché ».",
            "Padding in the past and real words in the future are visible again. “Or” would suit masks in which True "
            "means “hidden”.",
        ),
        hints=(
            Text(
                "Une clé réelle mais future peut-elle être regardée ?",
                "May a key that is real but future be attended to?",
            ),
            Text(
                "True = peut être regardé : il faut que les deux masques le permettent.",
                "True = may be attended to: both masks must allow it.",
            ),
            Text(
                "Remplacez | par & (ou logical_or par logical_and).",
                "Replace | with & (or logical_or with logical_and).",
            ),
        ),
    ),
    Misconception(
        name="head_axis_misplaced",
        defines={"combine_masks": combine_masks_head_axis_misplaced},
        finding=Text(
            "Le contenu est juste, mais l'axe des têtes est mal placé : votre masque est de forme (B, T, 1, T) au lieu "
            "de (B, 1, T, T).",
            "The content is right, but the axis of the heads is misplaced: your mask has shape (B, T, 1, T) instead of "
            "(B, 1, T, T).",
        ),
        consequence=Text(
            "Face à des scores (B, h, T_q, T_k), l'axe des requêtes rencontre celui des têtes : une erreur dans le "
            "meilleur des cas, un masque propre à chaque tête si h = T, en silence.",
            "Against scores (B, h, T_q, T_k) the axis of queries meets that of heads: an error at best, and silently "
            "one mask for each head if h = T.",
        ),
        hints=(
            Text(
                "Écrivez côte à côte les axes des scores (B, h, T_q, T_k) et ceux de votre masque.",
                "Write the axes of the scores (B, h, T_q, T_k) beside those of your mask.",
            ),
            Text(
                "L'axe de taille 1 doit faire face aux têtes, juste après celui du lot.",
                "The axis of size 1 must face the heads, right after the batch.",
            ),
            Text(
                "unsqueeze(1), ou `padding[:, None, None, :] & causal` dès le départ.",
                "unsqueeze(1), or padding[:, None, None, :] & causal from the start.",
            ),
        ),
    ),
    Misconception(name="padding_ignored", defines={"combine_masks": combine_masks_padding_ignored}, **PADDING_IGNORED),
    Misconception(
        name="padding_ignored_not_expanded",
        defines={"combine_masks": combine_masks_padding_ignored_not_expanded},
        **PADDING_IGNORED,
    ),
    Misconception(name="causal_ignored", defines={"combine_masks": combine_masks_causal_ignored}, **CAUSAL_IGNORED),
    Misconception(
        name="causal_ignored_not_expanded",
        defines={"combine_masks": combine_masks_causal_ignored_not_expanded},
        **CAUSAL_IGNORED,
    ),
    Misconception(
        name="causal_transposed",
        defines={"combine_masks": combine_masks_causal_transposed},
        finding=Text(
            "Le masque (T, T) que vous recevez est transposé avant d'être combiné : ses lignes sont lues comme des "
            "clés.",
            "The (T, T) mask that you receive is transposed before it is combined: its rows are read as keys.",
        ),
        consequence=Text(
            "Chaque requête voit les clés qui l'auraient vue : avec un masque causal, l'avenir au lieu du passé.",
            "Each query sees the keys that would have seen it: with a causal mask, the future instead of the past.",
        ),
        hints=(
            Text(
                "Que voit la dernière requête dans votre masque ? Et la première ?",
                "What does the last query see in your mask? And the first one?",
            ),
            Text(
                "causal est déjà de forme (requêtes, clés), comme les deux derniers axes de la sortie.",
                "causal already has the shape (queries, keys), like the last two axes of the output.",
            ),
            Text("`padding[:, None, None, :] & causal`, sans .T.", "padding[:, None, None, :] & causal, without .T."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent(
        "loops",
        {
            "padding_mask": padding_mask_by_loop,
            "causal_mask": causal_mask_by_loop,
            "combine_masks": combine_masks_by_loop,
        },
    ),
    Equivalent(
        "positions",
        {
            "padding_mask": padding_mask_by_positions,
            "causal_mask": causal_mask_by_positions,
            "combine_masks": combine_masks_by_views,
        },
    ),
    Equivalent(
        "negation",
        {
            "padding_mask": padding_mask_by_negation,
            "causal_mask": causal_mask_by_negation,
            "combine_masks": combine_masks_by_product,
        },
    ),
    Equivalent(
        "sums",
        {
            "padding_mask": padding_mask_by_sums,
            "causal_mask": causal_mask_by_sums,
            "combine_masks": combine_masks_by_fill,
        },
    ),
)
