"""3.4 scaled_dot_product_attention: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def attention_query_scaled(Q, K, V, mask=None):
    scores = (Q / math.sqrt(Q.size(-1))) @ K.mT
    if mask is not None:
        scores = torch.where(mask, scores, -1e9)
    weights = torch.softmax(scores, dim=-1)
    return weights @ V, weights


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


MISTAKES = (
    mistake("missing_scale", edit(" / math.sqrt(Q.size(-1))", "")),
    mistake("divided_by_d_k", edit("math.sqrt(Q.size(-1))", "Q.size(-1)")),
    mistake("multiplied_by_sqrt_d_k", edit("/ math.sqrt", "* math.sqrt")),
    mistake("divided_by_sqrt_t_k", edit("math.sqrt(Q.size(-1))", "math.sqrt(K.size(-2))")),
    mistake("divided_by_sqrt_d_v", edit("math.sqrt(Q.size(-1))", "math.sqrt(V.size(-1))")),
    mistake("mask_inverted", edit("~mask", "mask")),
    mistake("mask_inverted_finite", edit('masked_fill(~mask, float("-inf"))', "masked_fill(mask, -1e9)")),
    mistake("mask_inverted_added", edit('.masked_fill(~mask, float("-inf"))', " + mask * -1e9")),
    mistake("scores_times_mask", edit('.masked_fill(~mask, float("-inf"))', " * mask")),
    mistake("scores_plus_mask", edit('.masked_fill(~mask, float("-inf"))', " + mask")),
    mistake("filled_with_minus_ten", edit('float("-inf")', "-10.0")),
    mistake("mask_ignored", edit("scores = scores.masked_fill", "scores.masked_fill")),
    mistake(
        "masked_after_softmax",
        edit('.masked_fill(~mask, float("-inf"))', ""),
        edit("F.softmax(scores, dim=-1)", "F.softmax(scores, dim=-1) * (1 if mask is None else mask)"),
    ),
    mistake(
        "renormalised_after_softmax",
        edit('.masked_fill(~mask, float("-inf"))', ""),
        edit(
            "weights = F.softmax(scores, dim=-1)",
            "weights = F.softmax(scores, dim=-1) * (1 if mask is None else mask)\n"
            "    weights = weights / weights.sum(dim=-1, keepdim=True)",
        ),
    ),
    mistake("softmax_on_queries", edit("F.softmax(scores, dim=-1)", "F.softmax(scores, dim=-2)")),
    mistake("softmax_on_batch", edit("F.softmax(scores, dim=-1)", "F.softmax(scores, dim=0)")),
    mistake("scores_returned_as_weights", edit("weights @ V, weights", "weights @ V, scores")),
    mistake("divided_by_sqrt_t_q", edit("math.sqrt(Q.size(-1))", "math.sqrt(Q.size(-2))")),
    mistake("softmax_twice", edit("F.softmax(scores, dim=-1)", "F.softmax(F.softmax(scores, dim=-1), dim=-1)")),
    mistake(
        "softmax_on_pairs", edit("F.softmax(scores, dim=-1)", "F.softmax(scores.flatten(-2), dim=-1).view_as(scores)")
    ),
)

EQUIVALENTS = (
    equivalent("query_scaled_first", defines={"scaled_dot_product_attention": attention_query_scaled}),
    equivalent("fused", defines={"scaled_dot_product_attention": attention_fused}),
    equivalent("einsum_and_additive_mask", defines={"scaled_dot_product_attention": attention_einsum}),
    equivalent("softmax_by_hand", defines={"scaled_dot_product_attention": attention_by_hand}),
    equivalent("row_by_row", defines={"scaled_dot_product_attention": attention_by_rows}),
)
