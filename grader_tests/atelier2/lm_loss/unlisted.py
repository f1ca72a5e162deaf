"""2.11 lm_loss: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted

from .oracle import lm_loss


def parts(logits, ids, ignore_index, smoothing, reduction="none"):
    """The loss at each position, 0 where it does not count, and where it counts."""
    scores, targets = logits[:, :-1].transpose(1, 2), ids[:, 1:]
    losses = F.cross_entropy(scores, targets, ignore_index=ignore_index, label_smoothing=smoothing, reduction=reduction)
    return losses, targets != ignore_index


@unlisted("lm_loss")
def lm_loss_maximum(logits, ids, ignore_index=-100, label_smoothing=0.0):
    return parts(logits, ids, ignore_index, label_smoothing)[0].max()


@unlisted("lm_loss", "divided_by_sentences")
def lm_loss_per_sentence(logits, ids, ignore_index=-100, label_smoothing=0.0):  # sums, averaged over sentences
    return parts(logits, ids, ignore_index, label_smoothing)[0].sum() / len(ids)


@unlisted("lm_loss")
def lm_loss_last_target_only(logits, ids, ignore_index=-100, label_smoothing=0.0):
    losses, counts = parts(logits, ids, ignore_index, label_smoothing)
    last = counts.long().cumsum(1).argmax(1, keepdim=True)
    return losses.gather(1, last).mean()


@unlisted("lm_loss")
def lm_loss_of_probabilities(logits, ids, ignore_index=-100, label_smoothing=0.0):  # no logarithm
    wanted = ids[:, 1:].clamp(min=0)
    p = logits[:, :-1].softmax(-1).gather(-1, wanted[..., None])[..., 0]
    return (1 - p)[ids[:, 1:] != ignore_index].mean()


@unlisted("lm_loss", "shifted_by_two")
def lm_loss_targets_two_ahead(logits, ids, ignore_index=-100, label_smoothing=0.0):
    return lm_loss(logits[:, :-1], torch.cat([ids[:, :1], ids[:, 2:]], dim=1), ignore_index, label_smoothing)


@unlisted("lm_loss", "smoothing_on_the_others")
def lm_loss_smoothing_spares_the_target(logits, ids, ignore_index=-100, label_smoothing=0.0):
    """ε shared among the V − 1 other ids."""
    V = logits.size(-1)
    return lm_loss(logits, ids, ignore_index, label_smoothing * V / (V - 1))


@unlisted("lm_loss")
def lm_loss_entropy_bonus(logits, ids, ignore_index=-100, label_smoothing=0.0):  # minus ε times the entropy
    counts = ids[:, 1:] != ignore_index
    log_p = logits[:, :-1].log_softmax(-1)
    entropy = -(log_p.exp() * log_p).sum(-1)
    return lm_loss(logits, ids, ignore_index, 0.0) - label_smoothing * entropy[counts].mean()


@unlisted("lm_loss")
def lm_loss_weighted_by_position(logits, ids, ignore_index=-100, label_smoothing=0.0):
    losses, counts = parts(logits, ids, ignore_index, label_smoothing)
    weights = counts * torch.arange(1, losses.size(1) + 1)
    return (losses * weights).sum() / weights.sum()


@unlisted("lm_loss")
def lm_loss_counts_inputs(logits, ids, ignore_index=-100, label_smoothing=0.0):  # positions whose own id is real
    losses, counts = parts(logits, ids, ignore_index, label_smoothing)
    return (losses * counts).sum() / (ids != ignore_index).sum()


@unlisted("lm_loss")
def lm_loss_hinge(logits, ids, ignore_index=-100, label_smoothing=0.0):
    scores, targets = logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten()
    kept = targets != ignore_index
    return F.multi_margin_loss(scores[kept], targets[kept])


@unlisted("lm_loss")
def lm_loss_first_sentence(logits, ids, ignore_index=-100, label_smoothing=0.0):
    return lm_loss(logits[:1], ids[:1], ignore_index, label_smoothing)


@unlisted("lm_loss")
def lm_loss_exponential(logits, ids, ignore_index=-100, label_smoothing=0.0):  # a perplexity
    return lm_loss(logits, ids, ignore_index, label_smoothing).exp()


@unlisted("lm_loss")
def lm_loss_vector(logits, ids, ignore_index=-100, label_smoothing=0.0):
    losses, counts = parts(logits, ids, ignore_index, label_smoothing)
    return losses[counts]


@unlisted("lm_loss")
def lm_loss_ignored_is_smoothed(logits, ids, ignore_index=-100, label_smoothing=0.0):  # smoothing where nothing counts
    even = -logits[:, :-1].log_softmax(-1).mean()
    return (1 - label_smoothing) * lm_loss(logits, ids, ignore_index, 0.0) + label_smoothing * even


@unlisted("lm_loss")
def lm_loss_first_target_left_out(logits, ids, ignore_index=-100, label_smoothing=0.0):
    return lm_loss(logits[:, 1:], ids[:, 1:], ignore_index, label_smoothing)


@unlisted("lm_loss", "bits")
def lm_loss_in_bits(logits, ids, ignore_index=-100, label_smoothing=0.0):
    return lm_loss(logits, ids, ignore_index, label_smoothing) / torch.log(torch.tensor(2.0, dtype=logits.dtype))
