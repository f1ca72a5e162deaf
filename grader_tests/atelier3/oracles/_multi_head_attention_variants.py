"""3.8 MultiHeadAttention: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Equivalent, Misconception, Text


class AttentionParts(nn.Module):
    """The right module in small steps, so that a mistake is one step done otherwise."""

    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.n_heads, self.causal = n_heads, causal
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def project(self, x):
        return self.W_q(x), self.W_k(x), self.W_v(x)

    def split(self, x):
        B, T, d = x.shape
        return x.reshape(B, T, self.n_heads, d // self.n_heads).transpose(1, 2)

    def scale(self, d_model):
        return math.sqrt(d_model // self.n_heads)

    def padding(self, mask):
        return mask[:, None, None, :]

    def past(self, T):
        return torch.ones(T, T, dtype=torch.bool).tril()

    def normalise(self, scores):
        return F.softmax(scores, dim=-1)

    def merge(self, heads):
        B, h, T, d_h = heads.shape
        return heads.transpose(1, 2).reshape(B, T, h * d_h)

    def mix(self, merged):
        return self.W_o(merged)

    def forward(self, x, mask=None):
        q, k, v = (self.split(t) for t in self.project(x))
        scores = q @ k.transpose(-2, -1) / self.scale(x.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~self.padding(mask), float("-inf"))
        if self.causal:
            scores = scores.masked_fill(~self.past(x.size(1)), float("-inf"))
        return self.mix(self.merge(self.normalise(scores) @ v))


class SplitByView(AttentionParts):
    def split(self, x):
        B, T, d = x.shape
        return x.reshape(B, self.n_heads, T, d // self.n_heads)


class MergeWithoutTranspose(AttentionParts):
    def merge(self, heads):
        B, h, T, d_h = heads.shape
        return heads.reshape(B, T, h * d_h)


class SplitAndMergeByView(AttentionParts):
    def split(self, x):
        B, T, d = x.shape
        return x.reshape(B, self.n_heads, T, d // self.n_heads)

    def merge(self, heads):
        B, h, T, d_h = heads.shape
        return heads.reshape(B, T, h * d_h)


class DividedBySqrtModel(AttentionParts):
    def scale(self, d_model):
        return math.sqrt(d_model)


class DividedBySqrtHeads(AttentionParts):
    def scale(self, d_model):
        return math.sqrt(self.n_heads)


class NotCausal(AttentionParts):
    def past(self, T):
        return torch.ones(T, T, dtype=torch.bool)


class SelfHidden(AttentionParts):
    def past(self, T):
        return torch.ones(T, T, dtype=torch.bool).tril(-1)


class SelfHiddenFinite(AttentionParts):
    def forward(self, x, mask=None):
        q, k, v = (self.split(t) for t in self.project(x))
        scores = q @ k.transpose(-2, -1) / self.scale(x.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~self.padding(mask), -1e9)
        if self.causal:
            scores = scores.masked_fill(~self.past(x.size(1)).tril(-1), -1e9)
        return self.mix(self.merge(self.normalise(scores) @ v))


class NoOutputProjection(AttentionParts):
    def mix(self, merged):
        return merged


class WeightsNotTransposed(AttentionParts):
    def project(self, x):
        return tuple(x @ W.weight + W.bias for W in (self.W_q, self.W_k, self.W_v))

    def mix(self, merged):
        return merged @ self.W_o.weight + self.W_o.bias


class ValuesFromKeys(AttentionParts):
    def project(self, x):
        return self.W_q(x), self.W_k(x), self.W_k(x)


class MaskRepeatedInWrongOrder(AttentionParts):
    def padding(self, mask):
        B, T = mask.shape
        return mask.repeat(self.n_heads, 1).view(B, self.n_heads, 1, T)  # (h·B, T) read as (B·h, T)


class HeadsSummed(AttentionParts):
    def merge(self, heads):
        return heads.sum(dim=1).repeat(1, 1, heads.size(1))  # (B, T, d_h) -> (B, T, h·d_h), h times the same block


class SoftmaxOnHeads(AttentionParts):
    def normalise(self, scores):
        return F.softmax(scores, dim=1)


class MaskIgnored(AttentionParts):
    def padding(self, mask):
        return torch.ones_like(mask)[:, None, None, :]


class MaskInverted(AttentionParts):
    def padding(self, mask):
        return ~mask[:, None, None, :]


class MaskInvertedFinite(AttentionParts):
    def forward(self, x, mask=None):
        q, k, v = (self.split(t) for t in self.project(x))
        scores = q @ k.transpose(-2, -1) / self.scale(x.size(-1))
        if mask is not None:
            scores = scores.masked_fill(self.padding(mask), -1e9)
        if self.causal:
            scores = scores.masked_fill(~self.past(x.size(1)), -1e9)
        return self.mix(self.merge(self.normalise(scores) @ v))


class MaskInvertedZero(AttentionParts):
    def forward(self, x, mask=None):
        q, k, v = (self.split(t) for t in self.project(x))
        scores = q @ k.transpose(-2, -1) / self.scale(x.size(-1))
        if mask is not None:
            scores = scores.masked_fill(self.padding(mask), float("-inf"))
        if self.causal:
            scores = scores.masked_fill(~self.past(x.size(1)), float("-inf"))
        weights = torch.nan_to_num(self.normalise(scores))  # rows without any key: zeros, as the given attention does
        return self.mix(self.merge(weights @ v))


class MaskedAfterSoftmax(AttentionParts):
    def forward(self, x, mask=None):
        q, k, v = (self.split(t) for t in self.project(x))
        weights = self.normalise(q @ k.transpose(-2, -1) / self.scale(x.size(-1)))
        if mask is not None:
            weights = weights * self.padding(mask)
        if self.causal:
            weights = weights * self.past(x.size(1))
        return self.mix(self.merge(weights @ v))


class MissingScale(AttentionParts):
    def scale(self, d_model):
        return 1.0


class DividedByHead(AttentionParts):
    def scale(self, d_model):
        return d_model // self.n_heads


class SeesNext(AttentionParts):
    def past(self, T):
        return torch.ones(T, T, dtype=torch.bool).tril(1)


class CausalTransposed(AttentionParts):
    def past(self, T):
        return torch.ones(T, T, dtype=torch.bool).triu()


class CausalInverted(AttentionParts):
    def past(self, T):
        return torch.ones(T, T, dtype=torch.bool).triu(1)


class CausalInvertedFinite(AttentionParts):
    def forward(self, x, mask=None):
        q, k, v = (self.split(t) for t in self.project(x))
        scores = q @ k.transpose(-2, -1) / self.scale(x.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~self.padding(mask), -1e9)
        if self.causal:
            scores = scores.masked_fill(self.past(x.size(1)), -1e9)
        return self.mix(self.merge(self.normalise(scores) @ v))


class CausalInvertedZero(AttentionParts):
    def forward(self, x, mask=None):
        q, k, v = (self.split(t) for t in self.project(x))
        scores = q @ k.transpose(-2, -1) / self.scale(x.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~self.padding(mask), float("-inf"))
        if self.causal:
            scores = scores.masked_fill(self.past(x.size(1)), float("-inf"))
        weights = torch.nan_to_num(self.normalise(scores))  # rows without any key: zeros, as the given attention does
        return self.mix(self.merge(weights @ v))


class SoftmaxTwice(AttentionParts):
    def normalise(self, scores):
        return F.softmax(F.softmax(scores, dim=-1), dim=-1)


class QueriesAndKeysSwapped(AttentionParts):
    def project(self, x):
        return self.W_k(x), self.W_q(x), self.W_v(x)


class ByFusedAttention(nn.Module):
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.h, self.causal = n_heads, causal
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, x, mask=None):
        q, k, v = (W(x).unflatten(-1, (self.h, -1)).transpose(1, 2) for W in (self.W_q, self.W_k, self.W_v))
        allowed = torch.ones(1, 1, x.size(1), x.size(1), dtype=torch.bool)
        if self.causal:
            allowed = allowed.tril()
        if mask is not None:
            allowed = allowed & mask[:, None, None, :]
        heads = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        return self.W_o(heads.transpose(1, 2).flatten(2))


class ByHeads(nn.Module):
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.n_heads, self.d_h, self.causal = n_heads, d_model // n_heads, causal
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        output = self.W_o.bias
        for i in range(self.n_heads):
            rows = slice(i * self.d_h, (i + 1) * self.d_h)
            q, k, v = (F.linear(x, W.weight[rows], W.bias[rows]) for W in (self.W_q, self.W_k, self.W_v))
            scores = torch.bmm(q, k.transpose(1, 2)) / self.d_h**0.5  # (B, T, T)
            if self.causal:
                scores = scores + torch.full_like(scores, float("-inf")).triu(1)
            if mask is not None:
                scores = scores.masked_fill(mask[:, None, :] == 0, float("-inf"))
            head = torch.bmm(scores.softmax(-1), v)  # (B, T, d_h)
            output = output + F.linear(head, self.W_o.weight[:, rows])
        return output


class ByEinsum(nn.Module):
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.n_heads, self.causal = n_heads, causal
        self.W_q, self.W_k = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.W_v, self.W_o = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        B, T, d = x.shape
        shape = (B, T, self.n_heads, d // self.n_heads)
        q, k, v = self.W_q(x).reshape(shape), self.W_k(x).reshape(shape), self.W_v(x).reshape(shape)
        scores = torch.einsum("bihd,bjhd->bhij", q * shape[-1] ** -0.5, k)
        if self.causal:
            scores = torch.where(torch.arange(T)[:, None] >= torch.arange(T), scores, -1e9)
        if mask is not None:
            scores = torch.where(mask[:, None, None, :], scores, -1e9)
        return self.W_o(torch.einsum("bhij,bjhd->bihd", scores.softmax(dim=-1), v).reshape(B, T, d))


class ByFlattenedBatch(nn.Module):
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        assert d_model % n_heads == 0
        self.n_heads, self.d_head, self.causal = n_heads, d_model // n_heads, causal
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def to_heads(self, t):
        B, T, _ = t.shape
        return t.view(B, T, self.n_heads, -1).permute(0, 2, 1, 3).reshape(B * self.n_heads, T, -1)

    def forward(self, x, mask=None):
        B, T, d = x.shape
        q, k, v = self.to_heads(self.W_q(x)), self.to_heads(self.W_k(x)), self.to_heads(self.W_v(x))
        scores = torch.bmm(q, k.mT) / math.sqrt(self.d_head)  # (B·h, T, T)
        if mask is not None:
            hidden = ~mask.repeat_interleave(self.n_heads, dim=0)  # (B·h, T)
            scores = scores.masked_fill(hidden[:, None, :], torch.finfo(scores.dtype).min)
        if self.causal:
            scores = scores.masked_fill(torch.ones(T, T).triu(1).bool(), torch.finfo(scores.dtype).min)
        heads = torch.bmm(torch.softmax(scores, -1), v)  # (B·h, T, d_h)
        return self.W_o(heads.view(B, self.n_heads, T, -1).permute(0, 2, 1, 3).reshape(B, T, d))


SELF_HIDDEN = {
    "finding": Text(
        "Votre masque causal cache la diagonale : une position ne se voit pas elle-même.",
        "Your causal mask hides the diagonal: a position does not see itself.",
    ),
    "consequence": Text(
        "La première position n'a plus rien à regarder (NaN, ou une moyenne de tout, avenir compris), et aucune ne "
        "tient compte du mot qu'elle vient de lire.",
        "The first position has nothing left to look at (NaN, or a mean of everything, future included), and none "
        "takes the word it has just read into account.",
    ),
    "hints": (
        Text("Combien de clés la première position peut-elle voir ?", "How many keys may the first position see?"),
        Text("La condition est j ≤ i, égalité comprise.", "The condition is j ≤ i, equality included."),
        Text("tril() sans argument, ou triu(1) pour ce qu'on cache.", "tril() bare, or triu(1) for what is hidden."),
    ),
}

MASK_INVERTED = {
    "finding": Text(
        "Le masque de remplissage est lu à l'envers : vos requêtes regardent le remplissage, et les vrais mots leur "
        "sont cachés.",
        "The padding mask is read backwards: your queries look at the padding, and the real words are hidden from "
        "them.",
    ),
    "consequence": Text(
        "Une phrase sans remplissage n'a plus rien à regarder (NaN, moyenne de tout, ou têtes nulles) ; les autres ne "
        "lisent que du vide.",
        "A sentence without padding has nothing left to look at (NaN, a mean of everything, or heads of zeros); the "
        "others read nothing but padding.",
    ),
    "hints": (
        Text(
            "Que veut dire True dans mask ? Et dans la fonction à laquelle vous le donnez ?",
            "What does True mean in mask? And in the function that you give it to?",
        ),
        Text(
            "Dans ce cours et pour la fonction attention fournie, True = peut être regardée ; masked_fill, lui, "
            "remplit là où il reçoit True.",
            "In this course and for the given function attention, True = may be attended to; masked_fill, however, "
            "fills where it gets True.",
        ),
        Text(
            "masked_fill(~mask[:, None, None, :], …), ou attention(q, k, v, mask[:, None, None, :]) sans ~.",
            "masked_fill(~mask[:, None, None, :], …), or attention(q, k, v, mask[:, None, None, :]) without ~.",
        ),
    ),
}

CAUSAL_INVERTED = {
    "finding": Text(
        "Votre masque causal est lu à l'envers : chaque position ne voit que l'avenir, j > i, et la dernière n'a plus "
        "rien à regarder.",
        "Your causal mask is read backwards: each position sees only the future, j > i, and the last one has nothing "
        "left to look at.",
    ),
    "consequence": Text(
        "Le modèle lit la réponse, jamais la question ; et une dernière ligne vide (NaN, moyenne de tout, ou zéros) ne "
        "prédit rien.",
        "The model reads the answer, never the question; and a last row that is empty (NaN, a mean of everything, or "
        "zeros) predicts nothing.",
    ),
    "hints": (
        Text(
            "Que signifie True dans votre triangle : permis, ou caché ? Et là où vous le donnez ?",
            "What does True mean in your triangle: allowed, or hidden? And where you hand it over?",
        ),
        Text(
            "La fonction attention fournie veut ce qui est permis, j ≤ i ; masked_fill remplit là où il reçoit True : "
            "il veut ce qu'on cache, j > i.",
            "The given function attention wants what is allowed, j ≤ i; masked_fill fills where it gets True: it wants "
            "what is hidden, j > i.",
        ),
        Text(
            "Permis : tril(). Caché : triu(1), ou ~tril().",
            "Allowed: tril(). Hidden: triu(1), or ~tril().",
        ),
    ),
}

MISCONCEPTIONS = (
    Misconception(
        name="split_by_view",
        defines={"MultiHeadAttention": SplitByView},
        uses=(AttentionParts,),
        finding=Text(
            "Vous découpez en têtes d'un seul view(B, h, T, d_h), sans transposer.",
            "You split into heads by a single view(B, h, T, d_h), without a transpose.",
        ),
        consequence=Text(
            "Chaque « tête » reçoit des morceaux de plusieurs jetons : le masque causal ne protège plus rien, et le "
            "modèle apprend sans qu'aucune erreur ne le signale.",
            "Each “head” gets pieces of several tokens: the causal mask protects nothing any more, and the model "
            "trains without any error to tell.",
        ),
        hints=(
            Text(
                "Votre split_heads de l'exercice 3.7 ferait-il la même chose ?",
                "Would your split_heads of exercise 3.7 do the same?",
            ),
            Text(
                "Découpez le dernier axe, (B, T, h, d_h), puis échangez les axes 1 et 2.",
                "Cut the last axis, (B, T, h, d_h), then swap axes 1 and 2.",
            ),
            Text(
                "q = self.W_q(x).view(B, T, h, d_h).transpose(1, 2).",
                "q = self.W_q(x).view(B, T, h, d_h).transpose(1, 2).",
            ),
        ),
    ),
    Misconception(
        name="merged_without_transpose",
        defines={"MultiHeadAttention": MergeWithoutTranspose},
        uses=(AttentionParts,),
        finding=Text(
            "Vous recollez les têtes par reshape(B, T, d_model) sans transposer.",
            "You merge the heads by reshape(B, T, d_model) without a transpose.",
        ),
        consequence=Text(
            "La sortie d'un jeton contient celles d'autres jetons : l'avenir fuit, même avec un masque causal juste.",
            "The output of a token holds that of other tokens: the future leaks, even with a right causal mask.",
        ),
        hints=(
            Text(
                "Dans quel ordre les axes (B, h, T, d_h) sont-ils rangés en mémoire ?",
                "In what order do the axes (B, h, T, d_h) lie in memory?",
            ),
            Text(
                "Repassez par (B, T, h, d_h) avant de fondre les deux derniers axes.",
                "Go back through (B, T, h, d_h) before merging the last two axes.",
            ),
            Text("heads.transpose(1, 2).reshape(B, T, d_model).", "heads.transpose(1, 2).reshape(B, T, d_model)."),
        ),
    ),
    Misconception(
        name="split_and_merged_by_view",
        defines={"MultiHeadAttention": SplitAndMergeByView},
        uses=(AttentionParts,),
        finding=Text(
            "Vous découpez par view(B, h, T, d_h) et recollez par view(B, T, d_model), sans jamais transposer.",
            "You split by view(B, h, T, d_h) and merge by view(B, T, d_model), without ever a transpose.",
        ),
        consequence=Text(
            "L'aller-retour redonne bien x, mais entre les deux chaque « tête » compare des morceaux de jetons mêlés : "
            "avec h = 2, la première ne voit que la première moitié de la phrase.",
            "The round trip does give x back, but in between each “head” compares pieces of mixed tokens: with h = 2, "
            "the first sees the first half of the sentence only.",
        ),
        hints=(
            Text(
                "Que contient q[0, 0] : tous les jetons, ou une partie de la phrase ?",
                "What does q[0, 0] hold: all tokens, or a part of the sentence?",
            ),
            Text(
                "Il faut deux transpositions : une en découpant, une en recollant.",
                "Two transposes are needed: one in splitting, one in merging.",
            ),
            Text(
                ".view(B, T, h, d_h).transpose(1, 2) à l'aller, .transpose(1, 2).reshape(B, T, d_model) au retour.",
                ".view(B, T, h, d_h).transpose(1, 2) on the way there, .transpose(1, 2).reshape(B, T, d_model) back.",
            ),
        ),
    ),
    Misconception(
        name="divided_by_sqrt_d_model",
        defines={"MultiHeadAttention": DividedBySqrtModel},
        uses=(AttentionParts,),
        finding=Text(
            "Vous divisez les scores par √d_model au lieu de √d_h, la dimension d'une tête.",
            "You divide the scores by √d_model instead of √d_h, the dimension of a head.",
        ),
        consequence=Text(
            "Les scores sont √h fois trop petits : plus il y a de têtes, plus leur attention est uniforme.",
            "Scores are √h times too small: the more heads, the more uniform their attention.",
        ),
        hints=(
            Text(
                "Sur combien de nombres porte le produit scalaire, dans une tête ?",
                "Over how many numbers does the dot product run, within a head?",
            ),
            Text(
                "Sur d_h = d_model / h : c'est le d_k de la formule.",
                "Over d_h = d_model / h: that is the formula's d_k.",
            ),
            Text(
                "scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)), une fois q découpé en têtes.",
                "scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)), once q is split into heads.",
            ),
        ),
    ),
    Misconception(
        name="divided_by_sqrt_heads",
        defines={"MultiHeadAttention": DividedBySqrtHeads},
        uses=(AttentionParts,),
        finding=Text(
            "Vous divisez les scores par √h, le nombre de têtes, au lieu de √d_h, leur dimension.",
            "You divide the scores by √h, the number of heads, instead of √d_h, their dimension.",
        ),
        consequence=Text(
            "Avec peu de têtes, donc de grandes, les scores restent trop grands et le softmax sature.",
            "With few heads, hence large ones, scores stay too large and the softmax saturates.",
        ),
        hints=(
            Text(
                "D'où vient la variance d'un score : du nombre de têtes ou de leur taille ?",
                "Where does the variance of a score come from: the number of heads or their size?",
            ),
            Text("q·k est une somme de d_h termes : on divise par √d_h.", "q·k is a sum of d_h terms: divide by √d_h."),
            Text(
                "math.sqrt(d_model // n_heads), et non math.sqrt(n_heads).",
                "math.sqrt(d_model // n_heads), rather than math.sqrt(n_heads).",
            ),
        ),
    ),
    Misconception(
        name="not_causal",
        defines={"MultiHeadAttention": NotCausal},
        uses=(AttentionParts,),
        finding=Text(
            "Avec causal=True votre module donne exactement la même chose que sans : l'avenir n'est pas caché.",
            "With causal=True your module gives exactly the same as without: the future is not hidden.",
        ),
        consequence=Text(
            "Entraîné à prédire le mot suivant, le modèle le recopierait : perte presque nulle, génération absurde.",
            "Trained to predict the next word, the model would copy it: almost no loss, absurd generation.",
        ),
        hints=(
            Text("Où votre forward lit-il self.causal ?", "Where does your forward read self.causal?"),
            Text(
                "Ajoutez le masque causal de l'exercice 3.3 aux positions cachées.",
                "Add the causal mask of exercise 3.3 to the hidden positions.",
            ),
            Text(
                'if self.causal: scores = scores.masked_fill(~causal_mask(T), float("-inf")).',
                'if self.causal: scores = scores.masked_fill(~causal_mask(T), float("-inf")).',
            ),
        ),
    ),
    Misconception(
        name="self_hidden", defines={"MultiHeadAttention": SelfHidden}, uses=(AttentionParts,), **SELF_HIDDEN
    ),
    Misconception(
        name="self_hidden_finite",
        defines={"MultiHeadAttention": SelfHiddenFinite},
        uses=(AttentionParts,),
        **SELF_HIDDEN,
    ),
    Misconception(
        name="no_output_projection",
        defines={"MultiHeadAttention": NoOutputProjection},
        uses=(AttentionParts,),
        finding=Text(
            "Votre sortie est exactement la concaténation des têtes : W_o n'est pas appliquée.",
            "Your output is exactly the concatenation of the heads: W_o is not applied.",
        ),
        consequence=Text(
            "Les têtes ne se parlent pas : chaque bloc de la sortie ne dépend que de la sienne, et W_o n'apprend rien.",
            "Heads do not talk to each other: each block of the output depends on its own head, and W_o learns "
            "nothing.",
        ),
        hints=(
            Text(
                "Laquelle de vos quatre projections forward n'utilise-t-elle pas ?",
                "Which of your four projections does forward not use?",
            ),
            Text(
                "Concat(têtes)·W_O : une dernière couche linéaire mélange les têtes.",
                "Concat(heads)·W_O: a last linear layer mixes the heads.",
            ),
            Text("return self.W_o(merged).", "return self.W_o(merged)."),
        ),
    ),
    Misconception(
        name="weights_not_transposed",
        defines={"MultiHeadAttention": WeightsNotTransposed},
        uses=(AttentionParts,),
        finding=Text(
            "Vous calculez x @ W.weight au lieu de x @ W.weight.T : un nn.Linear range sa matrice en (sortie, entrée).",
            "You compute x @ W.weight instead of x @ W.weight.T: nn.Linear keeps its matrix as (output, input).",
        ),
        consequence=Text(
            "La matrice est carrée, donc aucune erreur de forme ; mais des poids entraînés ailleurs n'auraient plus de "
            "sens.",
            "The matrix is square, hence no error of shape; but weights trained elsewhere would be meaningless.",
        ),
        hints=(
            Text("Comparez self.W_q(x) et votre calcul.", "Compare self.W_q(x) with your computation."),
            Text("La documentation de nn.Linear dit y = xAᵀ + b.", "The documentation of nn.Linear says y = xAᵀ + b."),
            Text("Appelez le module lui-même : q = self.W_q(x).", "Call the module itself: q = self.W_q(x)."),
        ),
    ),
    Misconception(
        name="values_from_keys",
        defines={"MultiHeadAttention": ValuesFromKeys},
        uses=(AttentionParts,),
        finding=Text(
            "Vos valeurs sont vos clés : V = W_k(x), et W_v ne sert à rien.",
            "Your values are your keys: V = W_k(x), and W_v has no use.",
        ),
        consequence=Text(
            "Ce qui permet de trouver un jeton et ce qu'il transmet ne peuvent plus différer, et W_v n'apprend rien.",
            "What lets a token be found and what it passes on can no longer differ, and W_v learns nothing.",
        ),
        hints=(
            Text("Si vous changez W_v, la sortie change-t-elle ?", "If you change W_v, does the output change?"),
            Text(
                "Trois projections différentes du même x : requêtes, clés, valeurs.",
                "Three different projections of the same x: queries, keys, values.",
            ),
            Text("v = split_heads(self.W_v(x), h).", "v = split_heads(self.W_v(x), h)."),
        ),
    ),
    Misconception(
        name="mask_repeated_in_wrong_order",
        defines={"MultiHeadAttention": MaskRepeatedInWrongOrder},
        uses=(AttentionParts,),
        finding=Text(
            "Le masque de remplissage est répété dans l'ordre (h, B) alors que vos têtes sont rangées dans l'ordre "
            "(B, h).",
            "The padding mask is repeated in order (h, B) whereas your heads lie in order (B, h).",
        ),
        consequence=Text(
            "Certaines têtes d'une phrase reçoivent le masque d'une autre phrase. Avec une seule phrase, ou des "
            "phrases de même longueur, rien ne se voit.",
            "Some heads of a sentence get the mask of another sentence. With a single sentence, or sentences of the "
            "same length, nothing shows.",
        ),
        hints=(
            Text(
                "À l'indice n de l'axe B·h, quelle phrase trouve-t-on ? Et dans votre masque ?",
                "Which sentence stands at index n of the axis B·h? And in your mask?",
            ),
            Text(
                "repeat recopie tout le lot h fois ; repeat_interleave recopie chaque phrase h fois.",
                "repeat copies the whole batch h times; repeat_interleave copies each sentence h times.",
            ),
            Text(
                "mask.repeat_interleave(h, dim=0), ou plus simplement mask[:, None, None, :].",
                "mask.repeat_interleave(h, dim=0), or more simply mask[:, None, None, :].",
            ),
        ),
    ),
    Misconception(
        name="heads_summed",
        defines={"MultiHeadAttention": HeadsSummed},
        uses=(AttentionParts,),
        finding=Text(
            "Les têtes sont additionnées au lieu d'être mises bout à bout : chaque bloc donné à W_o est leur somme.",
            "The heads are added up instead of put end to end: each block given to W_o is their sum.",
        ),
        consequence=Text(
            "W_o ne peut plus traiter les têtes différemment : on a payé h têtes pour n'en garder qu'une.",
            "W_o can no longer treat heads differently: h heads are paid for, and one is kept.",
        ),
        hints=(
            Text(
                "Quelle est la forme de vos têtes juste avant W_o ?", "What is the shape of your heads just before W_o?"
            ),
            Text(
                "Concaténer h vecteurs de taille d_h en donne un de taille d_model.",
                "Concatenating h vectors of size d_h gives one of size d_model.",
            ),
            Text(
                "heads.transpose(1, 2).reshape(B, T, d_model), sans sum.",
                "heads.transpose(1, 2).reshape(B, T, d_model), without sum.",
            ),
        ),
    ),
    Misconception(
        name="softmax_on_heads",
        defines={"MultiHeadAttention": SoftmaxOnHeads},
        uses=(AttentionParts,),
        finding=Text(
            "Votre softmax porte sur l'axe des têtes (dim=1) au lieu de celui des clés (dim=-1).",
            "Your softmax runs over the axis of heads (dim=1) instead of that of keys (dim=-1).",
        ),
        consequence=Text(
            "Les têtes se disputent chaque paire de jetons, et les poids d'une requête ne somment plus à 1 ; avec un "
            "masque, les positions cachées donnent NaN.",
            "Heads compete for each pair of tokens, and the weights of a query no longer sum to 1; with a mask, hidden "
            "positions give NaN.",
        ),
        hints=(
            Text(
                "Les scores sont (B, h, T_q, T_k) : quel axe doit sommer à 1 ?",
                "Scores are (B, h, T_q, T_k): which axis must sum to 1?",
            ),
            Text(
                "Celui des clés, le dernier : depuis le découpage, l'axe 1 est celui des têtes.",
                "That of keys, the last one: since the split, axis 1 is that of heads.",
            ),
            Text("F.softmax(scores, dim=-1).", "F.softmax(scores, dim=-1)."),
        ),
    ),
    Misconception(
        name="mask_ignored",
        defines={"MultiHeadAttention": MaskIgnored},
        uses=(AttentionParts,),
        finding=Text(
            "Votre sortie est ici exactement celle qu'on obtient sans masque de remplissage : mask n'y change rien.",
            "Here your output is exactly the one obtained without a padding mask: mask changes nothing in it.",
        ),
        consequence=Text(
            "Les vrais mots lisent le remplissage : la sortie d'une phrase dépend de la longueur de ses voisines de "
            "lot.",
            "Real words read the padding: the output of a sentence depends on the length of its neighbours in the "
            "batch.",
        ),
        hints=(
            Text(
                "Changez mask et comparez les deux sorties, avec causal=False puis avec causal=True.",
                "Change mask and compare both outputs, with causal=False and then with causal=True.",
            ),
            Text(
                "mask (B, T) parle des clés : il se diffuse sur le dernier axe des scores (B, h, T, T), avant le "
                "softmax.",
                "mask (B, T) is about keys: it broadcasts along the last axis of the scores (B, h, T, T), before the "
                "softmax.",
            ),
            Text(
                'scores = scores.masked_fill(~mask[:, None, None, :], float("-inf")), causal ou non.',
                'scores = scores.masked_fill(~mask[:, None, None, :], float("-inf")), causal or not.',
            ),
        ),
    ),
    Misconception(
        name="mask_inverted", defines={"MultiHeadAttention": MaskInverted}, uses=(AttentionParts,), **MASK_INVERTED
    ),
    Misconception(
        name="mask_inverted_finite",
        defines={"MultiHeadAttention": MaskInvertedFinite},
        uses=(AttentionParts,),
        **MASK_INVERTED,
    ),
    Misconception(
        name="mask_inverted_zero",
        defines={"MultiHeadAttention": MaskInvertedZero},
        uses=(AttentionParts,),
        **MASK_INVERTED,
    ),
    Misconception(
        name="masked_after_softmax",
        defines={"MultiHeadAttention": MaskedAfterSoftmax},
        uses=(AttentionParts,),
        finding=Text(
            "Le masque agit après le softmax : les clés cachées ont bien un poids nul, mais les poids qui restent ne "
            "somment plus à 1.",
            "The mask acts after the softmax: hidden keys do have zero weight, but the weights that are left no longer "
            "sum to 1.",
        ),
        consequence=Text(
            "Les clés cachées comptent encore au dénominateur : le remplissage, ou l'avenir, change la sortie sans "
            "avoir été regardé.",
            "Hidden keys still count in the denominator: the padding, or the future, changes the output without being "
            "looked at.",
        ),
        hints=(
            Text(
                "Sommez une ligne de vos poids sur les clés : que trouvez-vous ?",
                "Sum one row of your weights over the keys: what do you find?",
            ),
            Text(
                "Le masque doit entrer dans les scores (B, h, T, T) : une clé à −∞ disparaît du numérateur et du "
                "dénominateur.",
                "The mask must enter the scores (B, h, T, T): a key at −∞ leaves both numerator and denominator.",
            ),
            Text(
                'scores.masked_fill(~allowed, float("-inf")), puis F.softmax(scores, dim=-1), et plus rien ensuite.',
                'scores.masked_fill(~allowed, float("-inf")), then F.softmax(scores, dim=-1), and nothing after it.',
            ),
        ),
    ),
    Misconception(
        name="missing_scale",
        defines={"MultiHeadAttention": MissingScale},
        uses=(AttentionParts,),
        finding=Text(
            "Dans chaque tête vous calculez exactement softmax(QKᵀ)·V : le facteur 1/√d_h manque.",
            "In each head you compute exactly softmax(QKᵀ)·V: the factor 1/√d_h is missing.",
        ),
        consequence=Text(
            "La variance des scores croît comme d_h : le softmax de chaque tête sature sur une clé, et presque aucun "
            "gradient ne revient à W_q et W_k.",
            "The variance of scores grows like d_h: each head's softmax saturates on one key, and hardly any gradient "
            "comes back to W_q and W_k.",
        ),
        hints=(
            Text(
                "Comparez vos scores à la formule de l'énoncé, symbole par symbole.",
                "Compare your scores with the statement's formula, symbol by symbol.",
            ),
            Text(
                "Un produit scalaire de d_h termes de variance 1 a pour variance d_h : ramenez-la à 1.",
                "A dot product of d_h terms of variance 1 has variance d_h: bring it back to 1.",
            ),
            Text(
                "scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)), une fois q découpé en têtes.",
                "scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)), once q is split into heads.",
            ),
        ),
    ),
    Misconception(
        name="divided_by_d_head",
        defines={"MultiHeadAttention": DividedByHead},
        uses=(AttentionParts,),
        finding=Text(
            "Vous divisez les scores par d_h au lieu de √d_h : la racine manque.",
            "You divide the scores by d_h instead of √d_h: the root is missing.",
        ),
        consequence=Text(
            "Les scores se tassent autour de 0 quand d_h grandit : chaque tête prend une moyenne presque uniforme et "
            "ne choisit plus.",
            "Scores shrink towards 0 as d_h grows: each head takes a nearly uniform mean and no longer selects.",
        ),
        hints=(
            Text(
                "Quelle est la variance de q·k, somme de d_h produits ? Et son écart type ?",
                "What is the variance of q·k, a sum of d_h products? And its standard deviation?",
            ),
            Text(
                "La variance vaut d_h ; c'est par l'écart type, sa racine, que l'on divise.",
                "The variance is d_h; one divides by the standard deviation, its root.",
            ),
            Text("math.sqrt(d_model // n_heads), et non d_model // n_heads.", "math.sqrt(d_model // n_heads)."),
        ),
    ),
    Misconception(
        name="sees_next",
        defines={"MultiHeadAttention": SeesNext},
        uses=(AttentionParts,),
        finding=Text(
            "Avec causal=True, chaque position voit encore un mot de trop : celui qui la suit.",
            "With causal=True each position still sees one word too many: the one that follows it.",
        ),
        consequence=Text(
            "C'est justement le mot qu'elle doit prédire : la perte tombe à presque rien, et la génération ne vaut "
            "rien.",
            "It is the very word to be predicted: the loss drops to almost nothing, and generation is worthless.",
        ),
        hints=(
            Text("Combien de clés la première position peut-elle voir ?", "How many keys may the first position see?"),
            Text(
                "La condition est j ≤ i ; un décalage d'un cran dans le triangle l'élargit à j ≤ i + 1.",
                "The condition is j ≤ i; a triangle off by one place widens it to j ≤ i + 1.",
            ),
            Text(
                "tril() sans argument, ou triu(1) pour ce qu'on cache.", "tril() bare, or triu(1) for what is hidden."
            ),
        ),
    ),
    Misconception(
        name="causal_transposed",
        defines={"MultiHeadAttention": CausalTransposed},
        uses=(AttentionParts,),
        finding=Text(
            "Votre triangle causal est retourné : chaque position voit elle-même et ce qui la suit, j ≥ i, au lieu du "
            "passé.",
            "Your causal triangle is the other way round: each position sees itself and what follows, j ≥ i, instead "
            "of the past.",
        ),
        consequence=Text(
            "Le modèle lit la suite du texte au lieu de la deviner, et ignore ce qui précède.",
            "The model reads the rest of the text instead of guessing it, and ignores what comes before.",
        ),
        hints=(
            Text("Combien de clés la dernière position peut-elle voir ?", "How many keys may the last position see?"),
            Text(
                "Lignes : requêtes i. Colonnes : clés j. Le passé j ≤ i est sous la diagonale.",
                "Rows: queries i. Columns: keys j. The past j ≤ i lies below the diagonal.",
            ),
            Text("Ce qui est permis : tril(), et non triu().", "What is allowed: tril(), rather than triu()."),
        ),
    ),
    Misconception(
        name="causal_inverted",
        defines={"MultiHeadAttention": CausalInverted},
        uses=(AttentionParts,),
        **CAUSAL_INVERTED,
    ),
    Misconception(
        name="causal_inverted_finite",
        defines={"MultiHeadAttention": CausalInvertedFinite},
        uses=(AttentionParts,),
        **CAUSAL_INVERTED,
    ),
    Misconception(
        name="causal_inverted_zero",
        defines={"MultiHeadAttention": CausalInvertedZero},
        uses=(AttentionParts,),
        **CAUSAL_INVERTED,
    ),
    Misconception(
        name="softmax_twice",
        defines={"MultiHeadAttention": SoftmaxTwice},
        uses=(AttentionParts,),
        finding=Text(
            "Votre sortie est exactement celle d'un softmax appliqué deux fois de suite aux scores.",
            "Your output is exactly that of a softmax applied twice in a row to the scores.",
        ),
        consequence=Text(
            "Le second ne reçoit que des nombres entre 0 et 1 : aucun poids ne dépasse e ≈ 2,7 fois un autre, et les "
            "clés masquées en retrouvent un.",
            "The second one gets numbers between 0 and 1 only: no weight exceeds e ≈ 2.7 times another, and masked "
            "keys get some again.",
        ),
        hints=(
            Text(
                "Vos poids savent-ils encore être nuls là où une clé est masquée ?",
                "Can your weights still be zero where a key is masked?",
            ),
            Text(
                "Une fonction que vous appelez rend peut-être déjà des poids, et non des scores.",
                "A function that you call may give weights already, and not scores.",
            ),
            Text(
                "Un seul F.softmax(scores, dim=-1) entre les scores et le produit avec v.",
                "A single F.softmax(scores, dim=-1) between the scores and the product with v.",
            ),
        ),
    ),
    Misconception(
        name="queries_and_keys_swapped",
        defines={"MultiHeadAttention": QueriesAndKeysSwapped},
        uses=(AttentionParts,),
        finding=Text(
            "Requêtes et clés sont échangées : W_k(x) interroge, et W_q(x) répond.",
            "Queries and keys are swapped: W_k(x) asks, and W_q(x) answers.",
        ),
        consequence=Text(
            "Les scores de chaque tête sont transposés : chaque mot regarde ceux qui l'auraient regardé.",
            "Each head's scores are transposed: each word looks at those that would have looked at it.",
        ),
        hints=(
            Text(
                "Dans scores[i, j], lequel des deux indices est celui de la requête ?",
                "In scores[i, j], which of both indices is the query's?",
            ),
            Text(
                "Les lignes des scores viennent de Q = W_q(x), les colonnes de K = W_k(x).",
                "The rows of the scores come from Q = W_q(x), the columns from K = W_k(x).",
            ),
            Text(
                "scores = q @ k.transpose(-2, -1), avec q issu de self.W_q(x) et k de self.W_k(x).",
                "scores = q @ k.transpose(-2, -1), with q from self.W_q(x) and k from self.W_k(x).",
            ),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("fused_attention", {"MultiHeadAttention": ByFusedAttention}),
    Equivalent("head_by_head", {"MultiHeadAttention": ByHeads}),
    Equivalent("einsum", {"MultiHeadAttention": ByEinsum}),
    Equivalent("flattened_batch", {"MultiHeadAttention": ByFlattenedBatch}),
    Equivalent("small_steps", {"MultiHeadAttention": AttentionParts}),
)
