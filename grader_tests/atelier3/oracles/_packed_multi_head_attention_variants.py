"""3.9 mha_from_packed: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Equivalent, Misconception, Text


def packed_order_kqv(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    k, q, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_order_vkq(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    v, k, q = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_order_qvk(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, v, k = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_by_head(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = packed.view(B, T, n_heads, 3, d // n_heads).permute(3, 0, 2, 1, 4)  # q, k, v of head 0, then of head 1 …
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_without_in_bias(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_without_out_bias(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight), weights


def packed_without_bias(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight), weights


def packed_out_transposed(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return heads @ out_proj_weight + out_proj_bias, weights


def packed_weights_averaged(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    mha = nn.MultiheadAttention(x.size(-1), n_heads, batch_first=True, dtype=x.dtype)
    state = {"in_proj_weight": in_proj_weight, "in_proj_bias": in_proj_bias}
    mha.load_state_dict({**state, "out_proj.weight": out_proj_weight, "out_proj.bias": out_proj_bias})
    return mha(x, x, x, key_padding_mask=None if mask is None else ~mask)


def packed_mask_polarity(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_mask_ignored(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    weights = F.softmax(q @ k.transpose(-2, -1) / math.sqrt(d // n_heads), dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_batch_second(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    mha = nn.MultiheadAttention(x.size(-1), n_heads, dtype=x.dtype)  # batch_first=False: x is read as (T, B, d)
    state = {"in_proj_weight": in_proj_weight, "in_proj_bias": in_proj_bias}
    mha.load_state_dict({**state, "out_proj.weight": out_proj_weight, "out_proj.bias": out_proj_bias})
    hidden = None if mask is None else ~mask
    return mha(x, x, x, key_padding_mask=hidden, average_attn_weights=False)


def packed_scaled_by_d_model(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_heads_by_view(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.reshape(B, n_heads, T, d // n_heads) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_order_kvq(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    k, v, q = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_order_vqk(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    v, q, k = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_mask_polarity_finite(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(mask[:, None, None, :], -1e9)
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_mask_polarity_zero(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(mask[:, None, None, :], float("-inf"))
    weights = torch.nan_to_num(F.softmax(scores, dim=-1))  # zeros, as the given attention does
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_without_scale(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_divided_by_d_head(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / (d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_without_output_projection(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return heads, weights


def packed_merged_without_transpose(
    x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None
):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_masked_after_softmax(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    weights = F.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask[:, None, None, :]
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_without_value_bias(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    bias = torch.cat([in_proj_bias[: 2 * d], torch.zeros_like(in_proj_bias[:d])])
    packed = F.linear(x, in_proj_weight, bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_in_transposed(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    blocks = [W.T for W in in_proj_weight.split(d)]  # x·W instead of x·Wᵀ, for each of the three
    packed = F.linear(x, torch.cat(blocks), in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def packed_all_transposed(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    B, T, d = x.shape
    blocks = [W.T for W in in_proj_weight.split(d)]  # x·W instead of x·Wᵀ, for each of the three
    packed = F.linear(x, torch.cat(blocks), in_proj_bias)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)
    return heads @ out_proj_weight + out_proj_bias, weights


def packed_by_module(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    mha = nn.MultiheadAttention(x.size(-1), n_heads, batch_first=True, dtype=x.dtype)
    weights = {"in_proj_weight": in_proj_weight, "in_proj_bias": in_proj_bias}
    weights = {**weights, "out_proj.weight": out_proj_weight, "out_proj.bias": out_proj_bias}
    options = {"average_attn_weights": False, "key_padding_mask": None if mask is None else ~mask}
    return torch.func.functional_call(mha, weights, (x, x, x), options)


def packed_head_after_head(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    d = x.size(-1)
    d_h = d // n_heads
    W_q, W_k, W_v = in_proj_weight[:d], in_proj_weight[d : 2 * d], in_proj_weight[2 * d :]
    b_q, b_k, b_v = in_proj_bias.chunk(3)
    output, weights = out_proj_bias, []
    for i in range(n_heads):
        rows = slice(i * d_h, (i + 1) * d_h)
        q, k, v = x @ W_q[rows].T + b_q[rows], x @ W_k[rows].T + b_k[rows], x @ W_v[rows].T + b_v[rows]
        scores = torch.einsum("bqd,bkd->bqk", q * d_h**-0.5, k)
        if mask is not None:
            scores = torch.where(mask[:, None, :], scores, -1e9)
        weights.append(scores.softmax(-1))
        output = output + weights[-1] @ v @ out_proj_weight[:, rows].T
    return output, torch.stack(weights, dim=1)


MASK_INVERTED = {
    "finding": Text(
        "Le masque est lu à l'envers : le remplissage est regardé, et les vrais mots sont cachés.",
        "The mask is read backwards: padding is attended to, and real words are hidden.",
    ),
    "consequence": Text(
        "Une phrase sans remplissage n'a plus aucune clé : ses poids ne veulent plus rien dire, et sa sortie non plus.",
        "A sentence without padding has no key left: its weights mean nothing any more, nor does its output.",
    ),
    "hints": (
        Text(
            "Que veut dire True dans ce cours ? Et dans la fonction à laquelle vous donnez mask ?",
            "What does True mean in this course? And in the function that you give mask to?",
        ),
        Text(
            "La fonction attention fournie et ce cours : True = permis ; masked_fill et key_padding_mask : True = "
            "masqué.",
            "The given function attention and this course: True = allowed; masked_fill and key_padding_mask: True = "
            "masked.",
        ),
        Text(
            "masked_fill(~mask[:, None, None, :], …), ou attention(q, k, v, mask[:, None, None, :]) sans ~.",
            "masked_fill(~mask[:, None, None, :], …), or attention(q, k, v, mask[:, None, None, :]) without ~.",
        ),
    ),
}
PACKED_ORDER_HINTS = (
    Text(
        "Dans quel ordre les trois matrices sont-elles empilées ?",
        "In which order are the three matrices stacked?",
    ),
    Text(
        "Les lignes 0 à d sont celles de W_q, d à 2d celles de W_k, les dernières celles de W_v.",
        "Rows 0 to d are W_q, rows d to 2d are W_k, the last ones W_v.",
    ),
    Text("q, k, v = packed.split(d, dim=-1).", "q, k, v = packed.split(d, dim=-1)."),
)
WEIGHTS_TRANSPOSED_HINTS = (
    Text(
        "Comment nn.Linear range-t-elle sa matrice : (entrée, sortie) ou (sortie, entrée) ?",
        "How does nn.Linear store its matrix: (in, out) or (out, in)?",
    ),
    Text(
        "Elle est de forme (sortie, entrée), et in_proj_weight de forme (3d, d) : il faut transposer.",
        "Its shape is (out, in), and that of in_proj_weight is (3d, d): it must be transposed.",
    ),
    Text("q = x @ W_q.T + b_q, ou F.linear(x, W_q, b_q).", "q = x @ W_q.T + b_q, or F.linear(x, W_q, b_q)."),
)

MISCONCEPTIONS = (
    Misconception(
        name="packed_as_k_q_v",
        defines={"mha_from_packed": packed_order_kqv},
        finding=Text(
            "Votre sortie est exactement celle d'un découpage (K, Q, V) : vous échangez requêtes et clés.",
            "Your output is exactly that of reading (K, Q, V): you swap queries and keys.",
        ),
        consequence=Text(
            "Les scores sont transposés : chaque mot regarde ceux qui l'auraient regardé.",
            "The scores are transposed: each token looks at those that would have looked at it.",
        ),
        hints=(
            Text(
                "Dans quel ordre les trois matrices sont-elles empilées ?",
                "In which order are the three matrices stacked?",
            ),
            Text(
                "La documentation de nn.MultiheadAttention empile W_q, puis W_k, puis W_v, le long des lignes.",
                "nn.MultiheadAttention stacks W_q, then W_k, then W_v, along the rows.",
            ),
            Text("q, k, v = packed.split(d, dim=-1).", "q, k, v = packed.split(d, dim=-1)."),
        ),
    ),
    Misconception(
        name="packed_as_v_k_q",
        defines={"mha_from_packed": packed_order_vkq},
        finding=Text(
            "Votre sortie est exactement celle d'un découpage (V, K, Q) : vous échangez requêtes et valeurs.",
            "Your output is exactly that of reading (V, K, Q): you swap queries and values.",
        ),
        consequence=Text(
            "Des poids appris ailleurs perdent tout leur sens une fois chargés chez vous.",
            "Weights learnt elsewhere lose all meaning once loaded here.",
        ),
        hints=(
            Text(
                "Dans quel ordre les trois matrices sont-elles empilées ?",
                "In which order are the three matrices stacked?",
            ),
            Text("Les d premières lignes sont celles de W_q.", "The first d rows are those of W_q."),
            Text("q, k, v = packed.split(d, dim=-1).", "q, k, v = packed.split(d, dim=-1)."),
        ),
    ),
    Misconception(
        name="packed_as_q_v_k",
        defines={"mha_from_packed": packed_order_qvk},
        finding=Text(
            "Votre sortie est exactement celle d'un découpage (Q, V, K) : vous échangez clés et valeurs.",
            "Your output is exactly that of reading (Q, V, K): you swap keys and values.",
        ),
        consequence=Text(
            "On compare les requêtes à ce qu'il fallait rapporter, et l'on rapporte ce qu'il fallait comparer.",
            "Queries are compared with what should be brought back, and what should be compared is brought back.",
        ),
        hints=(
            Text(
                "Dans quel ordre les trois matrices sont-elles empilées ?",
                "In which order are the three matrices stacked?",
            ),
            Text(
                "Les lignes d à 2d sont celles de W_k, les dernières celles de W_v.",
                "Rows d to 2d are W_k, the last ones W_v.",
            ),
            Text("q, k, v = packed.split(d, dim=-1).", "q, k, v = packed.split(d, dim=-1)."),
        ),
    ),
    Misconception(
        name="packed_by_head",
        defines={"mha_from_packed": packed_by_head},
        finding=Text(
            "Vous lisez exactement (q, k, v) tête par tête, comme view(B, T, h, 3, d_h) : c'est le rangement de "
            "GPT-NeoX, non celui de PyTorch.",
            "You read exactly (q, k, v) head by head, as view(B, T, h, 3, d_h) does: the layout of GPT-NeoX, not of "
            "PyTorch.",
        ),
        consequence=Text(
            "Les formes conviennent, mais chaque tête reçoit des tranches de plusieurs matrices.",
            "The shapes fit, but each head receives slices of several matrices.",
        ),
        hints=(
            Text(
                "Les 3d lignes se partagent-elles d'abord en trois, ou d'abord en h ?",
                "Are the 3d rows divided first into three, or first into h?",
            ),
            Text(
                "Chez PyTorch : d'abord W_q, W_k, W_v entières ; dans chacune, ensuite, les têtes.",
                "In PyTorch: first W_q, W_k, W_v as wholes; within each, then, the heads.",
            ),
            Text(
                "Découpez en trois avec split(d, dim=-1), puis view(B, T, h, d_h).transpose(1, 2).",
                "Cut in three with split(d, dim=-1), then view(B, T, h, d_h).transpose(1, 2).",
            ),
        ),
    ),
    Misconception(
        name="missing_in_bias",
        defines={"mha_from_packed": packed_without_in_bias},
        finding=Text(
            "Votre sortie est exactement celle sans in_proj_bias : le biais des trois projections manque.",
            "Your output is exactly that without in_proj_bias: the bias of the three projections is missing.",
        ),
        consequence=Text(
            "Avec un module à peine initialisé l'erreur ne se voit pas (ses biais sont nuls) ; avec un "
            "modèle entraîné, "
            "si.",
            "With a freshly initialised module the error is invisible (its biases are zero); with a trained model it "
            "shows.",
        ),
        hints=(
            Text("Tous vos arguments servent-ils ?", "Are all your arguments used?"),
            Text("Une couche nn.Linear calcule x·Wᵀ + b.", "A layer nn.Linear computes x·Wᵀ + b."),
            Text(
                "packed = F.linear(x, in_proj_weight, in_proj_bias).",
                "packed = F.linear(x, in_proj_weight, in_proj_bias).",
            ),
        ),
    ),
    Misconception(
        name="missing_out_bias",
        defines={"mha_from_packed": packed_without_out_bias},
        finding=Text(
            "Les poids sont justes, mais la sortie est exactement celle sans out_proj_bias.",
            "The weights are right, but the output is exactly that without out_proj_bias.",
        ),
        consequence=Text(
            "Toutes les positions sont décalées d'un même vecteur : les couches suivantes ne s'y retrouvent pas.",
            "All positions are off by the same vector: the layers that follow get lost.",
        ),
        hints=(
            Text("Tous vos arguments servent-ils ?", "Are all your arguments used?"),
            Text(
                "La projection de sortie est une couche linéaire avec biais.",
                "The output projection is a linear layer with bias.",
            ),
            Text(
                "F.linear(heads, out_proj_weight, out_proj_bias).", "F.linear(heads, out_proj_weight, out_proj_bias)."
            ),
        ),
    ),
    Misconception(
        name="missing_biases",
        defines={"mha_from_packed": packed_without_bias},
        finding=Text(
            "Votre sortie est exactement celle sans aucun biais : ni in_proj_bias ni out_proj_bias ne servent.",
            "Your output is exactly that without any bias: neither in_proj_bias nor out_proj_bias is used.",
        ),
        consequence=Text(
            "Avec un module à peine initialisé l'erreur ne se voit pas (ses biais sont nuls) ; avec un "
            "modèle entraîné, "
            "si.",
            "With a freshly initialised module the error is invisible (its biases are zero); with a trained model it "
            "shows.",
        ),
        hints=(
            Text("Tous vos arguments servent-ils ?", "Are all your arguments used?"),
            Text("Une couche nn.Linear calcule x·Wᵀ + b.", "A layer nn.Linear computes x·Wᵀ + b."),
            Text(
                "F.linear(x, in_proj_weight, in_proj_bias), et de même en sortie avec out_proj_bias.",
                "F.linear(x, in_proj_weight, in_proj_bias), and likewise at the output with out_proj_bias.",
            ),
        ),
    ),
    Misconception(
        name="out_proj_transposed",
        defines={"mha_from_packed": packed_out_transposed},
        finding=Text(
            "Les poids sont justes, mais vous calculez exactement concat·W_o : nn.Linear multiplie par W_oᵀ.",
            "The weights are right, but you compute exactly concat·W_o: nn.Linear multiplies by W_oᵀ.",
        ),
        consequence=Text(
            "La matrice est carrée, donc aucune forme ne proteste ; le mélange des têtes est pourtant faux.",
            "The matrix is square, so no shape complains; yet the heads are mixed wrongly.",
        ),
        hints=(
            Text(
                "Comment nn.Linear range-t-elle sa matrice : (entrée, sortie) ou (sortie, entrée) ?",
                "How does nn.Linear store its matrix: (in, out) or (out, in)?",
            ),
            Text(
                "Elle est de forme (sortie, entrée) : il faut la transposer.", "Its shape is (out, in): transpose it."
            ),
            Text("heads @ out_proj_weight.T + out_proj_bias.", "heads @ out_proj_weight.T + out_proj_bias."),
        ),
    ),
    Misconception(
        name="weights_averaged",
        defines={"mha_from_packed": packed_weights_averaged},
        finding=Text(
            "La sortie est juste, mais les poids sont moyennés sur les têtes : (B, T, T) au lieu de (B, h, T, T).",
            "The output is right, but the weights are averaged over heads: (B, T, T) instead of (B, h, T, T).",
        ),
        consequence=Text(
            "La moyenne efface ce qui distingue les têtes, et ce que l'on voulait regarder.",
            "The mean wipes out what tells heads apart, which is what one wanted to look at.",
        ),
        hints=(
            Text(
                "Combien de cartes d'attention y a-t-il par phrase ?",
                "How many attention maps are there for a sentence?",
            ),
            Text(
                "nn.MultiheadAttention moyenne par défaut : average_attn_weights=True.",
                "nn.MultiheadAttention averages by default: average_attn_weights=True.",
            ),
            Text(
                "Renvoyez les poids avant toute moyenne (average_attn_weights=False).",
                "Return the weights before any mean (average_attn_weights=False).",
            ),
        ),
    ),
    Misconception(
        name="mask_polarity",
        defines={"mha_from_packed": packed_mask_polarity},
        finding=Text(
            "Le masque est lu avec la convention de nn.MultiheadAttention, True = caché ; ici True = peut "
            "être regardé.",
            "The mask is read with the convention of nn.MultiheadAttention, True = hidden; here True = may be attended "
            "to.",
        ),
        consequence=Text(
            "Seul le remplissage est regardé, et une phrase complète donne des NaN.",
            "Only padding is attended to, and a full sentence gives NaN.",
        ),
        hints=(
            Text(
                "Que veut dire True dans ce cours ? Et dans key_padding_mask ?",
                "What does True mean in this course? And in key_padding_mask?",
            ),
            Text(
                "F.scaled_dot_product_attention et ce cours : True = permis ; key_padding_mask : True = masqué.",
                "F.scaled_dot_product_attention and this course: True = allowed; key_padding_mask: True = masked.",
            ),
            Text(
                "masked_fill(~mask[:, None, None, :], −inf), ou key_padding_mask=~mask.",
                "masked_fill(~mask[:, None, None, :], −inf), or key_padding_mask=~mask.",
            ),
        ),
    ),
    Misconception(
        name="mask_ignored",
        defines={"mha_from_packed": packed_mask_ignored},
        finding=Text(
            "Juste sans masque, votre sortie ne tient pas compte de mask.",
            "Right without a mask, your output takes no notice of mask.",
        ),
        consequence=Text(
            "Les positions de remplissage prennent part à toutes les moyennes.",
            "Padding tokens take part in all means.",
        ),
        hints=(
            Text(
                "Où le masque doit-il agir : avant ou après le softmax ?",
                "Where must the mask act: before or after the softmax?",
            ),
            Text(
                "mask (B, T) désigne des clés : il se diffuse en (B, 1, 1, T) sur les scores (B, h, T, T).",
                "mask (B, T) is about keys: it broadcasts as (B, 1, 1, T) over the scores (B, h, T, T).",
            ),
            Text(
                'scores.masked_fill(~mask[:, None, None, :], float("-inf")).',
                'scores.masked_fill(~mask[:, None, None, :], float("-inf")).',
            ),
        ),
    ),
    Misconception(
        name="batch_not_first",
        defines={"mha_from_packed": packed_batch_second},
        finding=Text(
            "L'attention circule entre les phrases du lot : x est lu comme (T, B, d), l'ordre par défaut de "
            "nn.MultiheadAttention.",
            "Attention flows between the sentences of the batch: x is read as (T, B, d), the default order of "
            "nn.MultiheadAttention.",
        ),
        consequence=Text(
            "Chaque phrase lit ses voisines de lot et ignore ses propres mots.",
            "Each sentence reads its neighbours in the batch and ignores its own words.",
        ),
        hints=(
            Text(
                "Quelle est la forme de vos poids ? Quel axe vaut T ?",
                "What is the shape of your weights? Which axis is T?",
            ),
            Text(
                "nn.MultiheadAttention a un argument batch_first, faux par défaut.",
                "nn.MultiheadAttention has an argument batch_first, false by default.",
            ),
            Text("Gardez B en tête partout (batch_first=True).", "Keep B first everywhere (batch_first=True)."),
        ),
    ),
    Misconception(
        name="scaled_by_d_model",
        defines={"mha_from_packed": packed_scaled_by_d_model},
        finding=Text(
            "Vos scores sont exactement divisés par √d au lieu de √d_h, la dimension d'une tête.",
            "Your scores are exactly divided by √d instead of √d_h, the dimension of one head.",
        ),
        consequence=Text(
            "Les poids de chaque tête sont trop plats, d'un facteur √h sur les scores.",
            "Each head's weights are too flat, by a factor √h on the scores.",
        ),
        hints=(
            Text(
                "Combien de termes le produit scalaire d'une tête additionne-t-il ?",
                "How many terms does one head's dot product add?",
            ),
            Text("d_h = d / h.", "d_h = d / h."),
            Text("Divisez par math.sqrt(d // n_heads).", "Divide by math.sqrt(d // n_heads)."),
        ),
    ),
    Misconception(
        name="heads_split_by_view",
        defines={"mha_from_packed": packed_heads_by_view},
        finding=Text(
            "Vos têtes sont découpées par view(B, h, T, d_h) sans transposition : chaque tête reçoit une partie des "
            "positions, non des coordonnées.",
            "Your heads are cut by view(B, h, T, d_h) without a transposition: each head gets part of the positions, "
            "not of the coordinates.",
        ),
        consequence=Text(
            "Un même vecteur est réparti sur plusieurs « positions » : les mots sont mélangés.",
            'One vector is spread over several "positions": tokens are mixed up.',
        ),
        hints=(
            Text(
                "view ne déplace aucun nombre : quel est l'axe contigu ?",
                "view moves no number: which axis is contiguous?",
            ),
            Text(
                "Seul l'axe d se découpe, en (h, d_h) ; T doit rester à côté de B.",
                "Only axis d is cut, into (h, d_h); T must stay next to B.",
            ),
            Text("t.view(B, T, h, d_h).transpose(1, 2).", "t.view(B, T, h, d_h).transpose(1, 2)."),
        ),
    ),
    Misconception(
        name="packed_as_k_v_q",
        defines={"mha_from_packed": packed_order_kvq},
        finding=Text(
            "Votre sortie est exactement celle d'un découpage (K, V, Q) : les trois matrices ont tourné d'un cran.",
            "Your output is exactly that of reading (K, V, Q): the three matrices are one place off.",
        ),
        consequence=Text(
            "Aucune des trois n'est à sa place : W_q fait les clés, W_k les valeurs, W_v les requêtes.",
            "None of the three is in its place: W_q makes the keys, W_k the values, W_v the queries.",
        ),
        hints=PACKED_ORDER_HINTS,
    ),
    Misconception(
        name="packed_as_v_q_k",
        defines={"mha_from_packed": packed_order_vqk},
        finding=Text(
            "Votre sortie est exactement celle d'un découpage (V, Q, K) : les trois matrices ont tourné d'un cran.",
            "Your output is exactly that of reading (V, Q, K): the three matrices are one place off.",
        ),
        consequence=Text(
            "Aucune des trois n'est à sa place : W_q fait les valeurs, W_k les requêtes, W_v les clés.",
            "None of the three is in its place: W_q makes the values, W_k the queries, W_v the keys.",
        ),
        hints=PACKED_ORDER_HINTS,
    ),
    Misconception(
        name="mask_polarity_finite", defines={"mha_from_packed": packed_mask_polarity_finite}, **MASK_INVERTED
    ),
    Misconception(name="mask_polarity_zero", defines={"mha_from_packed": packed_mask_polarity_zero}, **MASK_INVERTED),
    Misconception(
        name="missing_scale",
        defines={"mha_from_packed": packed_without_scale},
        finding=Text(
            "Vos poids sont exactement softmax(QKᵀ) dans chaque tête : le facteur 1/√d_h manque.",
            "Your weights are exactly softmax(QKᵀ) in each head: the factor 1/√d_h is missing.",
        ),
        consequence=Text(
            "Les poids sont bien trop tranchés : un modèle entraîné avec l'échelle ne se reconnaîtrait pas dans votre "
            "code.",
            "The weights are much too sharp: a model trained with the scale would not know itself in your code.",
        ),
        hints=(
            Text(
                "Que fait nn.MultiheadAttention entre le produit QKᵀ et le softmax ?",
                "What does nn.MultiheadAttention do between the product QKᵀ and the softmax?",
            ),
            Text(
                "Chaque score additionne d_h = d / h produits : on le ramène à l'échelle de leur écart type.",
                "Each score adds d_h = d / h products: it is brought back to the scale of their standard deviation.",
            ),
            Text(
                "scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads).",
                "scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads).",
            ),
        ),
    ),
    Misconception(
        name="divided_by_d_head",
        defines={"mha_from_packed": packed_divided_by_d_head},
        finding=Text(
            "Vos scores sont exactement divisés par d_h au lieu de √d_h : la racine manque.",
            "Your scores are exactly divided by d_h instead of √d_h: the root is missing.",
        ),
        consequence=Text(
            "Les poids de chaque tête sont trop plats, d'un facteur √d_h sur les scores.",
            "Each head's weights are too flat, by a factor √d_h on the scores.",
        ),
        hints=(
            Text(
                "De quelle grandeur la variance d'une somme de d_h produits est-elle ?",
                "How large is the variance of a sum of d_h products?",
            ),
            Text("On divise par l'écart type : une racine.", "One divides by the standard deviation: a root."),
            Text("Divisez par math.sqrt(d // n_heads).", "Divide by math.sqrt(d // n_heads)."),
        ),
    ),
    Misconception(
        name="no_output_projection",
        defines={"mha_from_packed": packed_without_output_projection},
        finding=Text(
            "Les poids sont justes, mais vous rendez exactement la concaténation des têtes : la projection de sortie "
            "manque.",
            "The weights are right, but you return exactly the concatenation of the heads: the output projection is "
            "missing.",
        ),
        consequence=Text(
            "Les têtes restent chacune dans son bloc de coordonnées, au lieu d'être mélangées par W_o.",
            "Each head stays in its own block of coordinates instead of being mixed by W_o.",
        ),
        hints=(
            Text("Tous vos arguments servent-ils ?", "Are all your arguments used?"),
            Text(
                "Une dernière couche linéaire, de (B, T, d) vers (B, T, d), vient après la concaténation.",
                "One last linear layer, from (B, T, d) to (B, T, d), comes after the concatenation.",
            ),
            Text(
                "F.linear(heads, out_proj_weight, out_proj_bias).", "F.linear(heads, out_proj_weight, out_proj_bias)."
            ),
        ),
    ),
    Misconception(
        name="merged_without_transpose",
        defines={"mha_from_packed": packed_merged_without_transpose},
        finding=Text(
            "Les poids sont justes, mais vous recollez les têtes par reshape(B, T, d) sans transposer.",
            "The weights are right, but you merge the heads by reshape(B, T, d) without a transpose.",
        ),
        consequence=Text(
            "Une ligne de la sortie rassemble plusieurs positions d'une même tête, au lieu des h têtes d'une même "
            "position.",
            "A row of the output gathers several positions of one head instead of the h heads of one position.",
        ),
        hints=(
            Text(
                "Dans quel ordre les axes (B, h, T, d_h) sont-ils rangés en mémoire ?",
                "In what order do the axes (B, h, T, d_h) lie in memory?",
            ),
            Text(
                "Il faut repasser par (B, T, h, d_h) avant de fondre les deux derniers axes.",
                "Go back through (B, T, h, d_h) before merging the last two axes.",
            ),
            Text(
                "heads = (weights @ v).transpose(1, 2).reshape(B, T, d).",
                "heads = (weights @ v).transpose(1, 2).reshape(B, T, d).",
            ),
        ),
    ),
    Misconception(
        name="masked_after_softmax",
        defines={"mha_from_packed": packed_masked_after_softmax},
        finding=Text(
            "Le masque agit après le softmax : le remplissage a bien un poids nul, mais les autres poids ne somment "
            "plus à 1.",
            "The mask acts after the softmax: the padding does have zero weight, but the other weights no longer sum "
            "to 1.",
        ),
        consequence=Text(
            "Le remplissage compte encore au dénominateur : il affaiblit tous les poids de la phrase.",
            "The padding still counts in the denominator: it weakens all the weights of the sentence.",
        ),
        hints=(
            Text(
                "Sommez une ligne de vos poids (B, h, T, T) sur les clés.",
                "Sum one row of your weights (B, h, T, T) over the keys.",
            ),
            Text(
                "C'est le score d'une clé cachée qui doit valoir −∞, avant la normalisation.",
                "It is the score of a hidden key that must be −∞, before the normalisation.",
            ),
            Text(
                'scores.masked_fill(~mask[:, None, None, :], float("-inf")), puis le softmax.',
                'scores.masked_fill(~mask[:, None, None, :], float("-inf")), then the softmax.',
            ),
        ),
    ),
    Misconception(
        name="missing_value_bias",
        defines={"mha_from_packed": packed_without_value_bias},
        finding=Text(
            "Les poids sont justes, mais les valeurs sont exactement x·W_vᵀ : leur biais b_v manque.",
            "The weights are right, but the values are exactly x·W_vᵀ: their bias b_v is missing.",
        ),
        consequence=Text(
            "Toutes les sorties sont décalées d'un même vecteur, W_o·b_v ; un module à peine initialisé, aux biais "
            "nuls, ne montre rien.",
            "All outputs are off by the same vector, W_o·b_v; a freshly initialised module, whose biases are zero, "
            "shows nothing.",
        ),
        hints=(
            Text(
                "in_proj_bias a 3d nombres : à quoi servent les d derniers ?",
                "in_proj_bias has 3d numbers: what are the last d for?",
            ),
            Text(
                "Il se découpe comme les lignes de in_proj_weight : b_q, puis b_k, puis b_v.",
                "It is cut like the rows of in_proj_weight: b_q, then b_k, then b_v.",
            ),
            Text("v = x @ W_v.T + in_proj_bias[2 * d :].", "v = x @ W_v.T + in_proj_bias[2 * d :]."),
        ),
    ),
    Misconception(
        name="in_proj_transposed",
        defines={"mha_from_packed": packed_in_transposed},
        finding=Text(
            "Vos projections sont exactement x·W_q, x·W_k et x·W_v : nn.Linear multiplie par les transposées.",
            "Your projections are exactly x·W_q, x·W_k and x·W_v: nn.Linear multiplies by the transposes.",
        ),
        consequence=Text(
            "Chaque bloc (d, d) est carré, donc aucune forme ne proteste ; mais ni les poids ni les valeurs ne sont "
            "ceux du modèle.",
            "Each block (d, d) is square, so no shape complains; but neither weights nor values are the model's.",
        ),
        hints=WEIGHTS_TRANSPOSED_HINTS,
    ),
    Misconception(
        name="all_transposed",
        defines={"mha_from_packed": packed_all_transposed},
        finding=Text(
            "Les quatre matrices sont prises à l'envers : vous calculez exactement x·W là où nn.Linear calcule x·Wᵀ, "
            "en entrée comme en sortie.",
            "All four matrices are taken the wrong way: you compute exactly x·W where nn.Linear computes x·Wᵀ, at the "
            "input and at the output.",
        ),
        consequence=Text(
            "Les matrices sont carrées, donc aucune forme ne proteste ; mais des poids appris ailleurs n'ont plus de "
            "sens.",
            "The matrices are square, so no shape complains; but weights learnt elsewhere are meaningless.",
        ),
        hints=WEIGHTS_TRANSPOSED_HINTS,
    ),
)

EQUIVALENTS = (
    Equivalent("torch_module", {"mha_from_packed": packed_by_module}),
    Equivalent("head_after_head", {"mha_from_packed": packed_head_after_head}),
)
