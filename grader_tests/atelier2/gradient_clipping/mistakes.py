"""2.15 clip_grad_norm, accumulate_gradients: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def clip_of_all_in_one(grads, max_norm):
    if not max_norm > 0:
        raise ValueError("max_norm must be positive")
    if not grads:
        return []
    norm = torch.linalg.vector_norm(torch.cat([g.flatten() for g in grads]))
    factor = torch.clamp(max_norm / (norm + 1e-6), max=1.0)
    return [g.mul(factor) for g in grads]


def accumulate_by_weights(model, micro_batches):
    counts = [(targets >= 0).sum().item() for _, targets in micro_batches]
    if not any(counts):
        raise ValueError("no target counts")
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    parts = []
    for (ids, targets), count in zip(micro_batches, counts, strict=True):
        if count:
            mean = F.cross_entropy(model(ids).transpose(1, 2), targets)
            weighted = mean * count / sum(counts)
            weighted.backward()
            parts.append(weighted.detach())
    return float(sum(parts))


def clip_by_norm_of_norms(grads, max_norm):
    if max_norm <= 0:
        raise ValueError("max_norm must be positive")
    norm = math.hypot(*(g.norm().item() for g in grads))
    if norm <= max_norm:
        return [g.clone() for g in grads]
    return [g / (norm / max_norm) for g in grads]


def accumulate_then_divide(model, micro_batches):
    model.zero_grad(set_to_none=False)
    total, loss = 0, 0.0
    for ids, targets in micro_batches:
        counted = targets != -100
        nll = -model(ids).log_softmax(-1).gather(-1, targets.clamp(min=0).unsqueeze(-1)).squeeze(-1)
        part = (nll * counted).sum()
        part.backward()
        total += int(counted.sum())
        loss += part.item()
    if total == 0:
        raise ValueError("no target counts")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.grad /= total
    return loss / total


def clip_by_library(grads, max_norm):
    if max_norm <= 0:
        raise ValueError("max_norm must be positive")
    carriers = []
    for g in grads:
        carrier = torch.nn.Parameter(torch.empty_like(g))
        carrier.grad = g.clone()
        carriers.append(carrier)
    torch.nn.utils.clip_grad_norm_(carriers, max_norm)
    return [carrier.grad for carrier in carriers]


def accumulate_by_autograd(model, micro_batches):
    count = torch.cat([targets.flatten() for _, targets in micro_batches]).ne(-100).sum()
    if count == 0:
        raise ValueError("no target counts")
    parameters = [p for p in model.parameters() if p.requires_grad]
    sums = [torch.zeros_like(p) for p in parameters]
    criterion = nn.CrossEntropyLoss(ignore_index=-100, reduction="sum")
    total = 0.0
    for ids, targets in micro_batches:
        logits = model(ids)
        loss = criterion(logits.view(-1, logits.size(-1)), targets.view(-1))
        for place, gradient in zip(sums, torch.autograd.grad(loss, parameters), strict=True):
            place += gradient
        total += float(loss.detach())
    for p, s in zip(parameters, sums, strict=True):
        p.grad = s / count
    return total / int(count)


NORM = "math.sqrt(sum((g**2).sum().item() for g in grads))"
SUM = 'ignore_index=-100, reduction="sum") / total'
MISTAKES = (
    mistake("sum_of_norms", edit(NORM, "sum(g.norm().item() for g in grads)")),
    mistake("squared_norm", edit(NORM, "sum((g**2).sum().item() for g in grads)")),
    mistake(
        "one_norm_each",
        edit("[g * scale for g in grads]", "[g * min(1.0, max_norm / max(g.norm().item(), 1e-12)) for g in grads]"),
    ),
    mistake("by_value", edit("[g * scale for g in grads]", "[g.clamp(-max_norm, max_norm) for g in grads]")),
    mistake("always_rescaled", edit("min(1.0, max_norm / norm)", "max_norm / norm")),
    mistake("never_rescaled", edit("[g * scale for g in grads]", "[g * 1.0 for g in grads]")),
    mistake("largest_entry", edit(NORM, "max([g.abs().max().item() for g in grads], default=0.0)")),
    mistake("sum_of_absolute_values", edit(NORM, "sum(g.abs().sum().item() for g in grads)")),
    mistake(
        "mean_square",
        edit(NORM, f"{NORM[:-1]} / max(sum(g.numel() for g in grads), 1))"),
    ),
    mistake("unit_norm", edit("min(1.0, max_norm / norm)", "1.0 / norm if norm > max_norm else 1.0")),
    mistake("upside_down", edit("min(1.0, max_norm / norm)", "max(1.0, norm / max_norm)")),
    mistake("small_ones_enlarged", edit("min(1.0, max_norm / norm)", "max(1.0, max_norm / norm)")),
    mistake("first_tensor_only", edit("for g in grads))", "for g in grads[:1]))")),
    mistake(
        "mean_of_means",
        edit(SUM, "ignore_index=-100) / len(micro_batches)"),
    ),
    mistake("sum_of_means", edit(SUM, "ignore_index=-100)")),
    mistake("sum_over_targets", edit(SUM, 'ignore_index=-100, reduction="sum")')),
    mistake(
        "every_position_counted",
        edit(
            "sum(int((targets != -100).sum()) for _, targets in micro_batches)",
            "sum(targets.numel() for _, targets in micro_batches)",
        ),
    ),
    mistake(
        "divided_by_sequences",
        edit(
            "sum(int((targets != -100).sum()) for _, targets in micro_batches)",
            "sum(len(targets) for _, targets in micro_batches)",
        ),
    ),
    mistake(
        "last_micro_batch_only",
        edit("    model.zero_grad()\n", ""),
        edit("        logits = model(ids)", "        model.zero_grad()\n        logits = model(ids)"),
    ),
    mistake("old_gradients_kept", edit("    model.zero_grad()\n", "")),
    mistake("loss_of_the_last", edit("loss += part.item()", "loss = part.item()")),
    mistake("loss_not_divided", edit("loss += part.item()", "loss += part.item() * total")),
    mistake("ignored_taken_for_zero", edit("targets.flatten(), ", "targets.clamp(min=0).flatten(), ")),
)

EQUIVALENTS = (
    equivalent(
        "all_in_one", defines={"clip_grad_norm": clip_of_all_in_one, "accumulate_gradients": accumulate_by_weights}
    ),
    equivalent(
        "norm_of_norms",
        defines={"clip_grad_norm": clip_by_norm_of_norms, "accumulate_gradients": accumulate_then_divide},
    ),
    equivalent("library", defines={"clip_grad_norm": clip_by_library, "accumulate_gradients": accumulate_by_autograd}),
)
