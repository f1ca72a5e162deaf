"""4.15 The losses of distillation: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted

from .oracle import cosine_loss, distilbert_loss, distillation_loss


def soft(student_logits, teacher_logits, T):
    """log q and log p of the softened answers."""
    return (student_logits / T).log_softmax(-1), (teacher_logits.detach() / T).log_softmax(-1)


def mixed(kd, student_logits, labels, T, alpha):
    return alpha * T**2 * kd + (1 - alpha) * F.cross_entropy(student_logits, labels)


@unlisted("distillation_loss")
def kd_symmetric(student_logits, teacher_logits, labels, T, alpha):  # half of each direction
    log_q, log_p = soft(student_logits, teacher_logits, T)
    both = ((log_p.exp() - log_q.exp()) * (log_p - log_q)).sum(-1).mean() / 2
    return mixed(both, student_logits, labels, T, alpha)


@unlisted("distillation_loss", "probabilities_regressed")
def kd_square_of_probabilities(student_logits, teacher_logits, labels, T, alpha):  # a distance for a divergence
    log_q, log_p = soft(student_logits, teacher_logits, T)
    return mixed((log_p.exp() - log_q.exp()).square().sum(-1).mean(), student_logits, labels, T, alpha)


@unlisted("distillation_loss", "softened_logits_regressed")
def kd_of_logits(student_logits, teacher_logits, labels, T, alpha):  # scores are compared
    square = F.mse_loss(student_logits / T, teacher_logits.detach() / T)
    return mixed(square, student_logits, labels, T, alpha)


@unlisted("distillation_loss")
def kd_absolute(student_logits, teacher_logits, labels, T, alpha):  # each class's term is made positive
    log_q, log_p = soft(student_logits, teacher_logits, T)
    return mixed((log_p.exp() * (log_p - log_q)).abs().sum(-1).mean(), student_logits, labels, T, alpha)


@unlisted("distillation_loss")
def kd_label_of_the_teacher(student_logits, teacher_logits, labels, T, alpha):  # the teacher's first choice as a label
    hard = F.cross_entropy(student_logits / T, teacher_logits.argmax(-1))
    return mixed(hard, student_logits, labels, T, alpha)


@unlisted("distillation_loss", "t_squared_on_everything")
def kd_squared_on_all(student_logits, teacher_logits, labels, T, alpha):  # T² before both terms
    log_q, log_p = soft(student_logits, teacher_logits, T)
    kd = (log_p.exp() * (log_p - log_q)).sum(-1).mean()
    return T**2 * (alpha * kd + (1 - alpha) * F.cross_entropy(student_logits, labels))


@unlisted("distillation_loss")
def kd_where_the_teacher_is_right(student_logits, teacher_logits, labels, T, alpha):  # a wrong teacher is not heard
    log_q, log_p = soft(student_logits, teacher_logits, T)
    right = (teacher_logits.argmax(-1) == labels).double()
    kd = ((log_p.exp() * (log_p - log_q)).sum(-1) * right).sum() / right.sum().clamp(min=1)
    return mixed(kd, student_logits, labels, T, alpha)


@unlisted("distillation_loss", "multiplied_by_t")
def kd_temperatures_multiplied(student_logits, teacher_logits, labels, T, alpha):  # times T, not divided
    log_q, log_p = soft(student_logits, teacher_logits, 1 / T)
    return mixed((log_p.exp() * (log_p - log_q)).sum(-1).mean(), student_logits, labels, T, alpha)


@unlisted("cosine_loss")
def cosine_of_means(h_s, h_t, mask):  # mean vectors of the sentences
    def mean(h):
        return (h * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)

    return (1 - F.cosine_similarity(mean(h_s), mean(h_t.detach()), dim=-1)).mean()


@unlisted("cosine_loss")
def cosine_squared(h_s, h_t, mask):
    return (1 - F.cosine_similarity(h_s, h_t.detach(), dim=-1)[mask] ** 2).mean()


@unlisted("cosine_loss", "one_long_vector")
def cosine_of_all_at_once(h_s, h_t, mask):  # one long vector
    return 1 - F.cosine_similarity(h_s[mask].flatten(), h_t[mask].detach().flatten(), dim=0)


@unlisted("cosine_loss")
def cosine_angle(h_s, h_t, mask):
    return F.cosine_similarity(h_s, h_t.detach(), dim=-1)[mask].clamp(-0.999999, 0.999999).acos().mean()


@unlisted("cosine_loss", "first_token_only")
def cosine_first_tokens(h_s, h_t, mask):  # only the first token of each sentence
    return (1 - F.cosine_similarity(h_s[:, 0], h_t[:, 0].detach(), dim=-1)).mean()


@unlisted("distilbert_loss", "kd_on_masked_tokens")
def triple_kd_on_labels_only(student_logits, teacher_logits, labels, h_s, h_t, mask, T=2.0, weights=(5.0, 2.0, 1.0)):
    """The teacher is imitated at the masked tokens only."""
    kept = labels != -100
    kd = distillation_loss(student_logits[kept], teacher_logits[kept], labels[kept], T, 1.0)
    mlm = F.cross_entropy(student_logits[kept], labels[kept])
    return weights[0] * kd + weights[1] * mlm + weights[2] * cosine_loss(h_s, h_t, mask)


@unlisted("distilbert_loss", "weights_normalized")
def triple_mean(student_logits, teacher_logits, labels, h_s, h_t, mask, T=2.0, weights=(5.0, 2.0, 1.0)):
    """Divided by the sum of the weights."""
    return distilbert_loss(student_logits, teacher_logits, labels, h_s, h_t, mask, T, weights) / sum(weights)


@unlisted("distilbert_loss")
def triple_softened_labels(student_logits, teacher_logits, labels, h_s, h_t, mask, T=2.0, weights=(5.0, 2.0, 1.0)):
    """The teacher's answer at temperature 1 for the masked word's label."""
    kept = labels != -100
    kd = distillation_loss(student_logits[mask], teacher_logits[mask], labels[mask].clamp(min=0), T, 1.0)
    mlm = F.cross_entropy(student_logits[kept], teacher_logits[kept].detach().softmax(-1))
    return weights[0] * kd + weights[1] * mlm + weights[2] * cosine_loss(h_s, h_t, mask)


@unlisted("distilbert_loss")
def triple_sentence_by_sentence(student_logits, teacher_logits, labels, h_s, h_t, mask, T=2.0, weights=(5.0, 2.0, 1.0)):
    """A mean over sentences of their own means."""
    rows = zip(student_logits, teacher_logits, labels, h_s, h_t, mask, strict=True)
    return torch.stack([distilbert_loss(*(x[None] for x in row), T, weights) for row in rows]).mean()
