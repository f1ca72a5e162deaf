"""2.11 lm_loss: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def loss_by_cross_entropy(logits, ids, ignore_index=-100, label_smoothing=0.0):
    targets = ids[:, 1:].reshape(-1)
    counting = targets[targets != ignore_index]
    if counting.numel() == 0:
        raise ValueError("nothing to predict")
    if counting.min() < 0 or counting.max() >= logits.shape[-1]:
        raise ValueError("an id out of the vocabulary")
    flat = logits[:, :-1].reshape(-1, logits.shape[-1])
    return F.cross_entropy(flat, targets, ignore_index=ignore_index, label_smoothing=label_smoothing)


def loss_by_logsumexp(logits, ids, ignore_index=-100, label_smoothing=0.0):
    here = ids[:, 1:] != ignore_index
    z, y = logits[:, :-1][here], ids[:, 1:][here]  # (n, V), (n,)
    if not len(y):
        raise ValueError("nothing to predict")
    if bool(((y < 0) | (y >= z.shape[1])).any()):
        raise IndexError("an id out of the vocabulary")
    of_target = z[torch.arange(len(y)), y]
    pulled = (1 - label_smoothing) * of_target + label_smoothing * z.mean(dim=1)
    return (torch.logsumexp(z, dim=1) - pulled).sum() / len(y)


def loss_by_soft_targets(logits, ids, ignore_index=-100, label_smoothing=0.0):
    V = logits.size(-1)
    counted = (ids[:, 1:] != ignore_index).to(logits.dtype)  # (B, T − 1)
    if counted.sum() == 0:
        raise ValueError("nothing to predict")
    known = torch.where(ids[:, 1:] == ignore_index, torch.zeros_like(ids[:, 1:]), ids[:, 1:])
    if known.min() < 0 or known.max() > V - 1:
        raise IndexError("an id out of the vocabulary")
    q = F.one_hot(known, V).to(logits.dtype) * (1 - label_smoothing) + label_smoothing / V  # (B, T − 1, V)
    costs = -(q * logits[:, :-1].log_softmax(-1)).sum(-1)
    return (costs * counted).sum() / counted.sum()


def loss_in_a_loop(logits, ids, ignore_index=-100, label_smoothing=0.0):
    found = []
    for b in range(ids.size(0)):
        for t in range(ids.size(1) - 1):
            target = int(ids[b, t + 1])
            if target == ignore_index:
                continue
            if not 0 <= target < logits.size(2):
                raise IndexError(target)
            log_p = logits[b, t] - logits[b, t].max()
            log_p = log_p - log_p.exp().sum().log()
            found.append(-(1 - label_smoothing) * log_p[target] - label_smoothing * log_p.mean())
    if not found:
        raise ValueError("nothing to predict")
    return torch.stack(found).mean()


SHIFT = "scores, targets = logits[:, :-1], ids[:, 1:]"
RETURN = "losses[counts].mean()"
EVEN = "even = -log_p.mean(dim=-1)"
LOSSES = "losses = (1 - label_smoothing) * surprise + label_smoothing * even"
LOG_P = "log_p = F.log_softmax(scores, dim=-1)"

MISTAKES = (
    # the shift
    mistake("not_shifted", edit(SHIFT, "scores, targets = logits, ids")),
    mistake("shifted_backwards", edit(SHIFT, "scores, targets = logits[:, 1:], ids[:, :-1]")),
    mistake("shifted_by_two", edit(SHIFT, "scores, targets = logits[:, :-2], ids[:, 2:]")),
    mistake("circular", edit(SHIFT, "scores, targets = logits, torch.roll(ids, -1, dims=1)")),
    mistake(
        "across_sentences",
        edit(SHIFT, "scores, targets = logits.flatten(0, 1)[None, :-1], ids.flatten()[None, 1:]"),
    ),
    # what counts
    mistake("divided_by_all_targets", edit(RETURN, "(losses * counts).sum() / counts.numel()")),
    mistake("divided_by_all_ids", edit(RETURN, "(losses * counts).sum() / ids.numel()")),
    mistake("mean_of_sentences", edit(RETURN, "((losses * counts).sum(dim=1) / counts.sum(dim=1)).mean()")),
    mistake(
        "mean_of_sentences_guarded",
        edit(RETURN, "((losses * counts).sum(dim=1) / counts.sum(dim=1).clamp(min=1)).mean()"),
    ),
    mistake("sum", edit(RETURN, "losses[counts].sum()")),
    mistake("divided_by_sentences", edit(RETURN, "(losses * counts).sum() / len(ids)")),
    mistake("ignored_as_first_id", edit(RETURN, "losses.mean()")),
    mistake("always_minus_100", edit("targets != ignore_index", "targets != -100")),
    # the surprise
    mistake("bits", edit(RETURN, "losses[counts].mean() / math.log(2)")),
    mistake("sign", edit(RETURN, "-losses[counts].mean()")),
    mistake("double_softmax", edit(LOG_P, "log_p = F.log_softmax(F.softmax(scores, dim=-1), dim=-1)")),
    mistake("log_forgotten", edit(LOG_P, "log_p = F.softmax(scores, dim=-1)")),
    mistake("softmax_forgotten", edit(LOG_P, "log_p = scores")),
    mistake("softmax_over_time", edit(LOG_P, "log_p = F.log_softmax(scores, dim=1)")),
    mistake("log_of_softmax", edit(LOG_P, "log_p = torch.log(F.softmax(scores, dim=-1))")),
    # the smoothing
    mistake(
        "smoothing_on_the_others",
        edit(EVEN, "even = -(log_p.sum(dim=-1) + surprise) / (log_p.size(-1) - 1)"),
        convention=True,
    ),
    mistake("smoothing_on_the_target_only", edit(LOSSES, "losses = (1 - label_smoothing) * surprise")),
    mistake("smoothing_added", edit(LOSSES, "losses = surprise + label_smoothing * even")),
    mistake("smoothing_ignored", edit(LOSSES, "losses = surprise")),
    mistake("smoothing_swapped", edit(LOSSES, "losses = label_smoothing * surprise + (1 - label_smoothing) * even")),
    mistake("smoothing_summed", edit(EVEN, "even = -log_p.sum(dim=-1)")),
    mistake(
        "ignored_are_smoothed",
        edit(RETURN, "(losses * counts + label_smoothing * even * ~counts).sum() / counts.sum()"),
    ),
)

EQUIVALENTS = (
    equivalent("by_cross_entropy", defines={"lm_loss": loss_by_cross_entropy}),
    equivalent("by_logsumexp", defines={"lm_loss": loss_by_logsumexp}),
    equivalent("by_soft_targets", defines={"lm_loss": loss_by_soft_targets}),
    equivalent("in_a_loop", defines={"lm_loss": loss_in_a_loop}),
)
