"""3.2 additive_attention: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def additive_by_concatenation(q, K, Wq, Wk, v, mask=None):
    pairs = torch.cat([q[:, None].expand(-1, K.size(1), -1), K], dim=-1)  # (B, T, dq + dk)
    energies = F.linear(torch.tanh(F.linear(pairs, torch.cat([Wq, Wk]).T)), v[None])[..., 0]
    if mask is not None:
        energies = torch.where(mask, energies, torch.full_like(energies, -1e9))
    weights = energies.softmax(-1)
    return torch.einsum("bt,btd->bd", weights, K), weights


def additive_renormalised(q, K, Wq, Wk, v, mask=None):
    energies = (torch.tanh((q @ Wq)[:, None, :] + K @ Wk) * v).sum(-1)
    top = energies.max(dim=1, keepdim=True).values if mask is None else energies.masked_fill(~mask, -1e30).amax(1, True)
    weights = torch.exp((energies - top).clamp(max=0.0))
    weights = weights if mask is None else weights * mask.to(weights.dtype)
    weights = weights / weights.sum(dim=1, keepdim=True)
    return (weights[..., None] * K).sum(dim=1), weights


MISTAKES = (
    mistake(
        "softmax_over_features",
        edit("hidden @ v", "F.softmax(hidden, dim=-1) @ v"),
        edit('float("-inf")', "0.0"),
        edit("F.softmax(energies, dim=-1)", "energies"),
    ),
    mistake("tanh_missing", edit("torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk)", "(q @ Wq).unsqueeze(1) + K @ Wk")),
    mistake(
        "tanh_after_v",
        edit("torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk)", "(q @ Wq).unsqueeze(1) + K @ Wk"),
        edit("hidden @ v", "torch.tanh(hidden @ v)"),
    ),
    mistake(
        "concatenation_swapped",
        edit(
            "(q @ Wq).unsqueeze(1) + K @ Wk",
            "torch.cat([K, q.unsqueeze(1).expand(-1, K.size(1), -1)], dim=-1) @ torch.cat([Wq, Wk])",
        ),
    ),
    mistake(
        "context_sums_query",
        edit("(weights.unsqueeze(1) @ K).squeeze(1)", "(weights.unsqueeze(-1) * q.unsqueeze(1)).sum(dim=1)"),
    ),
    mistake("relu_energies", edit("torch.tanh", "torch.relu")),
    mistake("padding_attended", edit("energies = energies.masked_fill", "energies.masked_fill")),
    mistake("energies_as_weights", edit('float("-inf")', "0.0"), edit("F.softmax(energies, dim=-1)", "energies")),
    mistake("mask_inverted", edit("~mask", "mask")),
    mistake("masked_with_zero", edit('.masked_fill(~mask, float("-inf"))', " * mask")),
    mistake(
        "masked_after_softmax",
        edit('.masked_fill(~mask, float("-inf"))', ""),
        edit("F.softmax(energies, dim=-1)", "F.softmax(energies, dim=-1) * (1 if mask is None else mask)"),
    ),
    mistake("softmax_over_batch", edit("dim=-1", "dim=0")),
    mistake("sigmoid_for_tanh", edit("torch.tanh", "torch.sigmoid")),
    mistake("softmax_twice", edit("F.softmax(energies, dim=-1)", "F.softmax(F.softmax(energies, dim=-1), dim=-1)")),
)

EQUIVALENTS = (
    equivalent("concatenation", defines={"additive_attention": additive_by_concatenation}),
    equivalent("renormalised", defines={"additive_attention": additive_renormalised}),
)
