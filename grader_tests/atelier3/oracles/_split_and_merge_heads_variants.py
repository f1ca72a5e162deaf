"""3.7 split_heads, merge_heads: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch

from attentif.exercises import Equivalent, Misconception, Text


def split_heads_by_view(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, n_heads, T, d // n_heads)


def split_heads_interleaved(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, d // n_heads, n_heads).permute(0, 3, 1, 2)


def split_heads_not_transposed(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads)


def split_heads_wrong_axes(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(2, 3)


def merge_heads_not_transposed(x):
    B, h, T, d_h = x.shape
    return x.reshape(B, T, h * d_h)


def merge_heads_wrong_axes(x):
    B, h, T, d_h = x.shape
    return x.transpose(2, 3).reshape(B, T, h * d_h)


def merge_heads_interleaved(x):
    B, h, T, d_h = x.shape
    return x.permute(0, 2, 3, 1).reshape(B, T, d_h * h)


def merge_heads_mean(x):
    return x.mean(dim=1)


def merge_heads_sum(x):
    return x.sum(dim=1)


def split_heads_along_positions(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, n_heads, T // n_heads, d)


def merge_heads_first_only(x):
    return x[:, 0]


def split_heads_by_permute(x, n_heads):
    B, T, d = x.shape
    return x.view(B, T, n_heads, d // n_heads).permute(0, 2, 1, 3).contiguous()


def merge_heads_by_permute(x):
    B, h, T, d_h = x.shape
    return x.permute(0, 2, 1, 3).contiguous().view(B, T, h * d_h)


def split_heads_by_chunks(x, n_heads):
    return torch.stack(x.chunk(n_heads, dim=-1), dim=1)


def merge_heads_by_cat(x):
    return torch.cat(x.unbind(dim=1), dim=-1)


def split_heads_by_unflatten(x, n_heads):
    return x.unflatten(-1, (n_heads, -1)).swapaxes(1, 2)


def merge_heads_by_flatten(x):
    return x.swapaxes(1, 2).flatten(start_dim=2)


def split_heads_by_loop(x, n_heads):
    B, T, d = x.shape
    d_h = d // n_heads
    heads = torch.zeros(B, n_heads, T, d_h, dtype=x.dtype)
    for i in range(n_heads):
        heads[:, i] = x[:, :, i * d_h : (i + 1) * d_h]
    return heads


def merge_heads_by_loop(x):
    B, h, T, d_h = x.shape
    merged = x.new_zeros(B, T, h * d_h)
    for i in range(h):
        merged[:, :, i * d_h : (i + 1) * d_h] = x[:, i]
    return merged


def split_heads_by_einsum(x, n_heads):
    return torch.einsum("bthd->bhtd", x.reshape(*x.shape[:2], n_heads, -1))


def merge_heads_by_einsum(x):
    return torch.einsum("bhtd->bthd", x).reshape(x.shape[0], x.shape[2], -1)


MISCONCEPTIONS = (
    Misconception(
        name="view_instead_of_transpose",
        defines={"split_heads": split_heads_by_view},
        finding=Text(
            "La forme est bonne, mais vous y allez d'un seul view(B, h, T, d_h) : les nombres ne sont pas où il faut.",
            "The shape is right, but you get it by a single view(B, h, T, d_h): the numbers are not where they should.",
        ),
        consequence=Text(
            "view recoupe la mémoire sans rien déplacer : chaque « tête » reçoit des morceaux de jetons différents, et "
            "l'avenir se mêle au passé. Un tel modèle apprend pourtant, sans erreur.",
            "view cuts memory differently without moving anything: each “head” gets pieces of different tokens, and "
            "the future mixes with the past. Yet such a model trains, without an error.",
        ),
        hints=(
            Text(
                "Sur l'exemple numéroté, que contient heads[0, 0, 1] ? Deux jetons s'y mêlent-ils ?",
                "In the numbered example, what does heads[0, 0, 1] hold? Are two tokens mixed there?",
            ),
            Text(
                "Découpez d'abord le dernier axe, (B, T, h, d_h), puis échangez deux axes.",
                "Cut the last axis first, (B, T, h, d_h), then swap two axes.",
            ),
            Text("x.view(B, T, h, d_h).transpose(1, 2).", "x.view(B, T, h, d_h).transpose(1, 2)."),
        ),
    ),
    Misconception(
        name="interleaved",
        defines={"split_heads": split_heads_interleaved},
        finding=Text(
            "Vous découpez d en (d_h, h) au lieu de (h, d_h) : vos têtes prennent une caractéristique sur h, "
            "entrelacées.",
            "You cut d into (d_h, h) instead of (h, d_h): your heads take one feature in h, interleaved.",
        ),
        consequence=Text(
            "Aucun jeton n'est mélangé, mais la tête i n'a pas les caractéristiques de la tête i : des poids entraînés "
            "ailleurs, ceux de nn.MultiheadAttention par exemple, n'auraient plus de sens.",
            "No token is mixed, but head i does not have the features of head i: weights trained elsewhere, such as "
            "those of nn.MultiheadAttention, would be meaningless.",
        ),
        hints=(
            Text(
                "Quelles caractéristiques du premier jeton votre première tête contient-elle ?",
                "Which features of the first token does your first head hold?",
            ),
            Text(
                "Elle doit avoir les d_h premières, consécutives : h est l'axe lent, d_h l'axe rapide.",
                "It must have the first d_h ones, consecutive: h is the slow axis, d_h the fast one.",
            ),
            Text(
                "x.view(B, T, h, d_h), h avant d_h, puis .transpose(1, 2).",
                "x.view(B, T, h, d_h), h before d_h, then .transpose(1, 2).",
            ),
        ),
    ),
    Misconception(
        name="not_transposed",
        defines={"split_heads": split_heads_not_transposed},
        finding=Text(
            "Il manque la transposition : vous renvoyez (B, T, h, d_h) au lieu de (B, h, T, d_h).",
            "The transpose is missing: you return (B, T, h, d_h) instead of (B, h, T, d_h).",
        ),
        consequence=Text(
            "QKᵀ porte sur les deux derniers axes : chaque jeton comparerait ses têtes entre elles, et aucun ne "
            "verrait les autres jetons.",
            "QKᵀ works on the last two axes: each token would compare its heads with one another, and none would see "
            "the other tokens.",
        ),
        hints=(
            Text(
                "Quels doivent être les deux derniers axes pour que QKᵀ compare des jetons ?",
                "Which must be the last two axes for QKᵀ to compare tokens?",
            ),
            Text("Échangez l'axe des jetons et celui des têtes.", "Swap the axis of tokens and that of heads."),
            Text(
                "Ajoutez .transpose(1, 2) après view(B, T, h, d_h).", "Add .transpose(1, 2) after view(B, T, h, d_h)."
            ),
        ),
    ),
    Misconception(
        name="split_transposes_last_axes",
        defines={"split_heads": split_heads_wrong_axes},
        finding=Text(
            "Vous échangez les axes 2 et 3 au lieu de 1 et 2 : vous renvoyez (B, T, d_h, h).",
            "You swap axes 2 and 3 instead of 1 and 2: you return (B, T, d_h, h).",
        ),
        consequence=Text(
            "Les jetons restent à la place des têtes : l'attention qui suit ne compare pas des jetons.",
            "Tokens stay in the place of heads: the attention that follows does not compare tokens.",
        ),
        hints=(
            Text("Écrivez la forme après chaque opération.", "Write down the shape after each operation."),
            Text(
                "Après view, les axes sont 0:B, 1:T, 2:h, 3:d_h. Lesquels faut-il échanger ?",
                "After view, axes are 0:B, 1:T, 2:h, 3:d_h. Which ones must be swapped?",
            ),
            Text(".transpose(1, 2), et non (2, 3).", ".transpose(1, 2), rather than (2, 3)."),
        ),
    ),
    Misconception(
        name="merged_without_transpose",
        defines={"merge_heads": merge_heads_not_transposed},
        finding=Text(
            "Vous recollez par un seul reshape(B, T, d), sans transposer : la forme est bonne, les jetons sont "
            "mélangés.",
            "You merge by a single reshape(B, T, d), without a transpose: the shape is right, tokens are mixed.",
        ),
        consequence=Text(
            "Le jeton t reçoit des morceaux d'autres jetons : dans un décodeur, l'avenir fuit vers le passé, et rien "
            "ne le signale.",
            "Token t gets pieces of other tokens: in a decoder the future leaks into the past, and nothing tells.",
        ),
        hints=(
            Text("merge_heads(split_heads(x, h)) redonne-t-il x ?", "Does merge_heads(split_heads(x, h)) give x back?"),
            Text(
                "Les h morceaux d'un jeton doivent d'abord redevenir voisins en mémoire.",
                "The h pieces of a token must first become neighbours in memory again.",
            ),
            Text("x.transpose(1, 2).reshape(B, T, h * d_h).", "x.transpose(1, 2).reshape(B, T, h * d_h)."),
        ),
    ),
    Misconception(
        name="merge_transposes_last_axes",
        defines={"merge_heads": merge_heads_wrong_axes},
        finding=Text(
            "Vous échangez les axes 2 et 3 au lieu de 1 et 2 avant de recoller : jetons et caractéristiques "
            "sont mélangés.",
            "You swap axes 2 and 3 instead of 1 and 2 before merging: tokens and features are mixed.",
        ),
        consequence=Text(
            "Le jeton t reçoit des morceaux d'autres jetons, dans un ordre qui n'est celui d'aucune tête.",
            "Token t gets pieces of other tokens, in an order that is that of no head.",
        ),
        hints=(
            Text("Écrivez la forme après chaque opération.", "Write down the shape after each operation."),
            Text(
                "Il faut passer par (B, T, h, d_h) : quels axes de (B, h, T, d_h) échanger ?",
                "You must go through (B, T, h, d_h): which axes of (B, h, T, d_h) are to be swapped?",
            ),
            Text("x.transpose(1, 2).reshape(B, T, h * d_h).", "x.transpose(1, 2).reshape(B, T, h * d_h)."),
        ),
    ),
    Misconception(
        name="merged_interleaved",
        defines={"merge_heads": merge_heads_interleaved},
        finding=Text(
            "Vous entrelacez les têtes, dans l'ordre (d_h, h), au lieu de les mettre bout à bout, dans l'ordre (h, "
            "d_h).",
            "You interleave the heads, in order (d_h, h), instead of putting them end to end, in order (h, d_h).",
        ),
        consequence=Text(
            "W_O attend la tête 0, puis la tête 1… : chaque caractéristique arrive devant la mauvaise colonne.",
            "W_O expects head 0, then head 1…: each feature meets the wrong column.",
        ),
        hints=(
            Text(
                "Les d_h premières caractéristiques de votre résultat viennent-elles toutes de la tête 0 ?",
                "Do the first d_h features of your result all come from head 0?",
            ),
            Text("Passez par (B, T, h, d_h), h avant d_h.", "Go through (B, T, h, d_h), h before d_h."),
            Text("x.transpose(1, 2).reshape(B, T, h * d_h).", "x.transpose(1, 2).reshape(B, T, h * d_h)."),
        ),
    ),
    Misconception(
        name="mean_of_heads",
        defines={"merge_heads": merge_heads_mean},
        finding=Text(
            "Vous prenez la moyenne des têtes : il reste (B, T, d_h) au lieu de (B, T, h·d_h).",
            "You take the mean of the heads: (B, T, d_h) is left instead of (B, T, h·d_h).",
        ),
        consequence=Text(
            "Ce que les têtes ont trouvé séparément est confondu : W_O ne peut plus les pondérer.",
            "What the heads found separately is blurred: W_O can no longer weight them.",
        ),
        hints=(
            Text("Quelle forme faut-il rendre à W_O ?", "What shape must W_O be given?"),
            Text(
                "Les têtes se mettent côte à côte (concaténation), elles ne s'additionnent pas.",
                "Heads go side by side (concatenation), they are not added.",
            ),
            Text("x.transpose(1, 2).reshape(B, T, h * d_h).", "x.transpose(1, 2).reshape(B, T, h * d_h)."),
        ),
    ),
    Misconception(
        name="sum_of_heads",
        defines={"merge_heads": merge_heads_sum},
        finding=Text(
            "Vous additionnez les têtes : il reste (B, T, d_h) au lieu de (B, T, h·d_h).",
            "You add the heads up: (B, T, d_h) is left instead of (B, T, h·d_h).",
        ),
        consequence=Text(
            "Ce que les têtes ont trouvé séparément est confondu : W_O ne peut plus les pondérer.",
            "What the heads found separately is blurred: W_O can no longer weight them.",
        ),
        hints=(
            Text("Quelle forme faut-il rendre à W_O ?", "What shape must W_O be given?"),
            Text(
                "Les têtes se mettent côte à côte (concaténation), elles ne s'additionnent pas.",
                "Heads go side by side (concatenation), they are not added.",
            ),
            Text("x.transpose(1, 2).reshape(B, T, h * d_h).", "x.transpose(1, 2).reshape(B, T, h * d_h)."),
        ),
    ),
    Misconception(
        name="split_along_positions",
        defines={"split_heads": split_heads_along_positions},
        finding=Text(
            "Vous découpez les positions au lieu des coordonnées : vos têtes sont de forme (T/h, d), et rien ne va "
            "plus si h ne divise pas T.",
            "You cut the positions instead of the features: your heads have shape (T/h, d), and nothing works if h "
            "does not divide T.",
        ),
        consequence=Text(
            "Chaque tête ne lit qu'un morceau de la phrase : un mot du début ne rencontre jamais un mot de la fin.",
            "Each head reads a piece of the sentence only: a word of the beginning never meets one of the end.",
        ),
        hints=(
            Text(
                "Combien de positions chaque tête doit-elle voir ?",
                "How many positions must each head see?",
            ),
            Text(
                "C'est d que l'on partage entre les têtes, d = h·d_h ; T reste entier.",
                "It is d that the heads share out, d = h·d_h; T stays whole.",
            ),
            Text("x.view(B, T, h, d_h).transpose(1, 2).", "x.view(B, T, h, d_h).transpose(1, 2)."),
        ),
    ),
    Misconception(
        name="first_head_only",
        defines={"merge_heads": merge_heads_first_only},
        finding=Text(
            "Vous ne gardez que la première tête : la sortie est (B, T, d_h) au lieu de (B, T, h·d_h).",
            "You keep the first head only: the output is (B, T, d_h) instead of (B, T, h·d_h).",
        ),
        consequence=Text(
            "Le travail des autres têtes est perdu, et elles n'apprennent rien.",
            "The work of the other heads is lost, and they learn nothing.",
        ),
        hints=(
            Text(
                "Où les nombres de la deuxième tête se trouvent-ils dans votre sortie ?",
                "Where are the second head's numbers in your output?",
            ),
            Text(
                "Un jeton retrouve ses h tranches de d_h coordonnées, mises bout à bout.",
                "A token gets back its h slices of d_h features, put end to end.",
            ),
            Text("x.transpose(1, 2).reshape(B, T, h * d_h).", "x.transpose(1, 2).reshape(B, T, h * d_h)."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("permute", {"split_heads": split_heads_by_permute, "merge_heads": merge_heads_by_permute}),
    Equivalent("chunks_and_cat", {"split_heads": split_heads_by_chunks, "merge_heads": merge_heads_by_cat}),
    Equivalent("unflatten", {"split_heads": split_heads_by_unflatten, "merge_heads": merge_heads_by_flatten}),
    Equivalent("loops", {"split_heads": split_heads_by_loop, "merge_heads": merge_heads_by_loop}),
    Equivalent("einsum", {"split_heads": split_heads_by_einsum, "merge_heads": merge_heads_by_einsum}),
)
