"""3.14 attention_entropy, attention_rollout: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


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


MISTAKES = (
    mistake(
        "bits",
        edit("torch.special.xlogy(weights, weights)", "(weights * torch.log2(weights.clamp(min=1e-300)))"),
        convention=True,
    ),
    mistake("nan_at_zero", edit("torch.special.xlogy(weights, weights)", "(weights * torch.log(weights))")),
    mistake("mean_over_keys", edit(".sum(dim=-1)", ".mean(dim=-1)")),
    mistake("summed_over_queries", edit(".sum(dim=-1)", ".sum(dim=-2)")),
    mistake("heads_averaged", edit(".sum(dim=-1)", ".sum(dim=-1).mean(dim=1)")),
    mistake("padding_counted", edit("weights = weights.masked_fill", "weights.masked_fill")),
    mistake("not_renormalised", edit("\n        weights = weights / total.masked_fill(total == 0, 1.0)", "")),
    mistake("sign_missing", edit("-torch.special", "torch.special")),
    mistake("order_reversed", edit("(layer / 2 + eye / 2) @ rollout", "rollout @ (layer / 2 + eye / 2)")),
    mistake("identity_missing", edit("(layer / 2 + eye / 2)", "layer")),
    mistake("not_halved", edit("layer / 2 + eye / 2", "layer + eye")),
    mistake("heads_maximised", edit("A.mean(dim=2)", "A.amax(dim=2)")),
    mistake("last_layer_only", edit("A.mean(dim=2):", "A.mean(dim=2)[-1:]:")),
    mistake(
        "heads_averaged_last",
        edit("eye.expand(A.size(1), -1, -1)", "eye.expand(A.size(1), A.size(2), -1, -1)"),
        edit("A.mean(dim=2)", "A"),
        edit("return rollout", "return rollout.mean(dim=1)"),
    ),
    mistake(
        "elementwise_product",
        edit("eye.expand(A.size(1), -1, -1)", "torch.ones_like(A[0, :, 0])"),
        edit("(layer / 2 + eye / 2) @ rollout", "(layer / 2 + eye / 2) * rollout"),
    ),
    mistake(
        "identity_added_once",
        edit("(layer / 2 + eye / 2)", "layer"),
        edit("return rollout", "return rollout / 2 + eye / 2"),
    ),
    mistake("divided_by_log_t_k", edit(".sum(dim=-1)", ".sum(dim=-1) / math.log(weights.size(-1))"), convention=True),
    mistake(
        "mean_of_layers",
        edit("eye.expand(A.size(1), -1, -1)", "torch.zeros_like(A[0, :, 0])"),
        edit("(layer / 2 + eye / 2) @ rollout", "rollout + (layer / 2 + eye / 2) / len(A)"),
    ),
    mistake(
        "sum_of_layers",
        edit("eye.expand(A.size(1), -1, -1)", "torch.zeros_like(A[0, :, 0])"),
        edit("(layer / 2 + eye / 2) @ rollout", "rollout + (layer / 2 + eye / 2)"),
    ),
)

EQUIVALENTS = (
    equivalent("entr", defines={"attention_entropy": entropy_by_entr, "attention_rollout": rollout_renormalised}),
    equivalent("where", defines={"attention_entropy": entropy_by_where, "attention_rollout": rollout_by_multi_dot}),
)
