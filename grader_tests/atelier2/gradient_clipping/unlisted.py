"""2.15 gradient_clipping: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted

from .oracle import accumulate_gradients, clip_grad_norm


def norm_of(grads):
    return math.sqrt(sum((g**2).sum().item() for g in grads))


@unlisted("clip_grad_norm", "sum_of_absolute_values")
def clip_grad_norm_l1(grads, max_norm):
    norm = sum(g.abs().sum().item() for g in grads)
    return [g * min(1.0, max_norm / norm) if norm else g.clone() for g in grads]


@unlisted("clip_grad_norm", "largest_entry")
def clip_grad_norm_largest(grads, max_norm):  # by the largest of all entries
    norm = max((g.abs().max().item() for g in grads), default=0.0)
    return [g * min(1.0, max_norm / norm) if norm else g.clone() for g in grads]


@unlisted("clip_grad_norm")
def clip_grad_norm_soft(grads, max_norm):  # always a little
    norm = norm_of(grads)
    return [g * (max_norm / (max_norm + norm)) for g in grads]


@unlisted("clip_grad_norm")
def clip_grad_norm_to_zero(grads, max_norm):  # what is too large is thrown away
    return [torch.zeros_like(g) if norm_of(grads) > max_norm else g.clone() for g in grads]


@unlisted("clip_grad_norm")
def clip_grad_norm_minus(grads, max_norm):  # what exceeds is subtracted from each entry
    excess = max(0.0, norm_of(grads) - max_norm)
    return [g - excess for g in grads]


@unlisted("clip_grad_norm", "mean_square")
def clip_grad_norm_root_mean_square(grads, max_norm):
    n = sum(g.numel() for g in grads)
    norm = norm_of(grads) / math.sqrt(max(n, 1))
    return [g * min(1.0, max_norm / norm) if norm else g.clone() for g in grads]


@unlisted("clip_grad_norm")
def clip_grad_norm_twice(grads, max_norm):  # the scale is squared
    norm = norm_of(grads)
    return [g * min(1.0, max_norm / norm) ** 2 if norm else g.clone() for g in grads]


@unlisted("clip_grad_norm")
def clip_grad_norm_last_tensor(grads, max_norm):  # norm = … in the loop, not +=
    norm = 0.0
    for g in grads:
        norm = g.norm().item()
    return [g * min(1.0, max_norm / norm) if norm else g.clone() for g in grads]


@unlisted("clip_grad_norm")
def clip_grad_norm_flat(grads, max_norm):
    clipped = clip_grad_norm(grads, max_norm)
    return torch.cat([g.flatten() for g in clipped]) if clipped else torch.zeros(0)


def summed(model, ids, targets):
    return F.cross_entropy(model(ids).flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="sum")


def counted(micro_batches):
    return sum(int((t != -100).sum()) for _, t in micro_batches)


@unlisted("accumulate_gradients", "loss_of_the_last")
def accumulate_gradients_last_loss(model, micro_batches):  # gradients right, the loss of the last part alone
    total = counted(micro_batches)
    model.zero_grad()
    for ids, targets in micro_batches:
        loss = summed(model, ids, targets) / total
        loss.backward()
    return loss.item()


@unlisted("accumulate_gradients", "loss_not_divided")
def accumulate_gradients_sum_returned(model, micro_batches):  # gradients right, the sum of losses
    return accumulate_gradients(model, micro_batches) * counted(micro_batches)


@unlisted("accumulate_gradients")
def accumulate_gradients_targets_shifted(model, micro_batches):  # shifted a second time
    return accumulate_gradients(
        model, [(ids, torch.cat([t[:, 1:], torch.full_like(t[:, :1], -100)], dim=1)) for ids, t in micro_batches]
    )


@unlisted("accumulate_gradients", "every_position_counted+ignored_taken_for_zero")
def accumulate_gradients_nothing_ignored(model, micro_batches):  # 0 for −100
    return accumulate_gradients(model, [(ids, t.clamp(min=0)) for ids, t in micro_batches])


@unlisted("accumulate_gradients", "every_position_counted")
def accumulate_gradients_all_positions(model, micro_batches):  # divided by positions that do not count as well
    total = sum(t.numel() for _, t in micro_batches)
    model.zero_grad()
    loss = 0.0
    for ids, targets in micro_batches:
        part = summed(model, ids, targets) / total
        part.backward()
        loss += part.item()
    return loss


@unlisted("accumulate_gradients")
def accumulate_gradients_one_step_of_descent(model, micro_batches):
    loss = accumulate_gradients(model, micro_batches)
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.1 * p.grad
    return loss


@unlisted("accumulate_gradients")
def accumulate_gradients_clipped(model, micro_batches):
    loss = accumulate_gradients(model, micro_batches)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)
    return loss


@unlisted("accumulate_gradients")
def accumulate_gradients_running(model, micro_batches):  # backward on the sum so far: earlier parts count twice
    total = counted(micro_batches)
    model.zero_grad()
    loss = 0.0
    for ids, targets in micro_batches:
        loss = loss + summed(model, ids, targets) / total
        loss.backward(retain_graph=True)
    return loss.item()


@unlisted("accumulate_gradients")
def accumulate_gradients_in_evaluation(model, micro_batches):
    model.eval()
    return accumulate_gradients(model, micro_batches)


@unlisted("accumulate_gradients")
def accumulate_gradients_perplexity(model, micro_batches):
    return math.exp(accumulate_gradients(model, micro_batches))


@unlisted("clip_grad_norm", "always_rescaled")
def clip_grad_norm_always_to_bound(grads, max_norm):
    norm = norm_of(grads)
    return [g * (max_norm / norm) if norm else g.clone() for g in grads]


@unlisted("clip_grad_norm", "squared_norm")
def clip_grad_norm_squared_norm(grads, max_norm):
    norm = norm_of(grads) ** 2
    return [g * min(1.0, max_norm / norm) if norm else g.clone() for g in grads]


@unlisted("clip_grad_norm", "first_tensor_only")
def clip_grad_norm_first_tensor(grads, max_norm):
    norm = norm_of(grads[:1])
    return [g * min(1.0, max_norm / norm) if norm else g.clone() for g in grads]
