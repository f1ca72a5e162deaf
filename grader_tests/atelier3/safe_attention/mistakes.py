"""3.5 safe_attention: the helper that the notebook gives, the mistakes worth a name, other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import attention_gradients


def safe_attention_additive_bias(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores + torch.zeros(mask.shape, dtype=Q.dtype).masked_fill(~mask, float("-inf"))
        weights = torch.nan_to_num(F.softmax(scores, dim=-1), nan=0.0)
    else:
        weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def safe_attention_nan_to_num(Q, K, V, mask=None):
    scores = (Q / math.sqrt(Q.size(-1))) @ K.mT
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = torch.nan_to_num(torch.softmax(scores, dim=-1), nan=0.0)
    return weights @ V, weights


def safe_attention_finite_fill(Q, K, V, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", Q, K) * Q.size(-1) ** -0.5
    if mask is None:
        weights = scores.softmax(-1)
    else:
        weights = torch.where(mask, scores, torch.finfo(Q.dtype).min).softmax(-1) * mask
    return torch.einsum("...qk,...kd->...qd", weights, V), weights


def safe_attention_guarded_sum(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / Q.size(-1) ** 0.5
    mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand(scores.shape)
    top = scores.detach().masked_fill(~mask, -1e300 if Q.dtype == torch.float64 else -1e30).amax(-1, keepdim=True)
    weights = torch.where(mask, (scores - top).clamp(max=0.0), 0.0).exp() * mask
    total = weights.sum(-1, keepdim=True)
    weights = weights / torch.where(total > 0, total, 1.0)
    return weights @ V, weights


MISTAKES = (
    mistake("nan_rows", edit("~mask & alive", "~mask"), edit(".masked_fill(~mask, 0.0)", "")),
    mistake("uniform_rows", edit('~mask & alive, float("-inf")', "~mask, -1e9"), edit(".masked_fill(~mask, 0.0)", "")),
    mistake(
        "nan_gradient",
        defines={"safe_attention": safe_attention_additive_bias, "attention_gradients": attention_gradients},
    ),
    mistake(
        "zero_times_infinity",
        edit('scores.masked_fill(~mask & alive, float("-inf"))', 'scores + (1 - mask.to(Q.dtype)) * float("-inf")'),
        edit(".masked_fill(~mask, 0.0)", ""),
    ),
    mistake(
        "weights_not_zeroed",
        edit('~mask & alive, float("-inf")', "~mask, -1e9"),
        edit(".masked_fill(~mask, 0.0)", ""),
        edit(
            "return weights @ V, weights",
            "return weights @ V if mask is None else (weights @ V).masked_fill(~alive, 0.0), weights",
        ),
    ),
    mistake(
        "mask_inverted",
        edit("~mask & alive", "mask"),
        edit(
            "F.softmax(scores, dim=-1).masked_fill(~mask, 0.0)", "torch.nan_to_num(F.softmax(scores, dim=-1), nan=0.0)"
        ),
    ),
    mistake("masked_after_softmax", edit("scores = scores.masked_fill", "scores.masked_fill")),
    mistake("missing_scale", edit(" / math.sqrt(Q.size(-1))", "")),
    mistake(
        "mask_ignored", edit("scores = scores.masked_fill", "scores.masked_fill"), edit(".masked_fill(~mask, 0.0)", "")
    ),
    mistake(
        "dead_if_any_hidden",
        edit(".masked_fill(~mask, 0.0)", ".masked_fill(~mask | ~mask.all(dim=-1, keepdim=True), 0.0)"),
    ),
)

EQUIVALENTS = (
    equivalent("nan_to_num", defines={"safe_attention": safe_attention_nan_to_num}),
    equivalent("finite_fill", defines={"safe_attention": safe_attention_finite_fill}),
    equivalent("guarded_sum", defines={"safe_attention": safe_attention_guarded_sum}),
)
