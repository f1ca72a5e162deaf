"""4.15 The losses of distillation: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import cosine_loss, distillation_loss, gradients_of

KD, COSINE, TRIPLE = "distillation_loss", "cosine_loss", "distilbert_loss"
DIVERGENCE = "(log_p.exp() * (log_p - log_q))"
HARD = "F.cross_entropy(student_logits, labels)"
TOTAL = "alpha * T**2 * soft + (1 - alpha) * hard"
COS = "F.cosine_similarity(h_s, h_t.detach(), dim=-1)"
MEAN = "(1 - cosine)[mask].mean()"
SUM = "weights[0] * kd + weights[1] * mlm + weights[2] * cosine"
KD_ROWS = "teacher_logits.detach()[mask] / T", "student_logits[mask] / T"
MLM = "F.cross_entropy(student_logits.flatten(0, 1), labels.flatten())"


def of(function, *changes):
    """Edits within one of the functions."""
    return [edit(old, new, within=function) for old, new in changes]


def kd_by_torch(student_logits, teacher_logits, labels, T, alpha):
    if T <= 0:
        raise ValueError("T")
    if alpha < 0 or alpha > 1:
        raise ValueError("alpha")
    with torch.no_grad():
        target = torch.softmax(teacher_logits / T, dim=1)
    log_q = torch.log_softmax(student_logits / T, dim=1)
    soft = nn.KLDivLoss(reduction="batchmean")(log_q, target) * (T * T)
    return alpha * soft + (1.0 - alpha) * nn.CrossEntropyLoss()(student_logits, labels)


def kd_by_logs_of_both(student_logits, teacher_logits, labels, T, alpha):
    if not (T > 0 and 0 <= alpha <= 1):
        raise ValueError("T or alpha")
    teacher = (teacher_logits.detach() / T).log_softmax(-1)
    student = (student_logits / T).log_softmax(-1)
    soft = F.kl_div(student, teacher, reduction="sum", log_target=True) / len(labels)
    hard = -student_logits.log_softmax(-1)[torch.arange(len(labels)), labels].mean()
    return alpha * (T**2 * soft) + (1 - alpha) * hard


def kd_by_entropies(student_logits, teacher_logits, labels, T, alpha):
    if T <= 0 or alpha < 0 or alpha > 1:
        raise ValueError("T or alpha")
    p = F.softmax(teacher_logits.detach() / T, dim=-1)
    log_p = F.log_softmax(teacher_logits.detach() / T, dim=-1)
    crossed = F.cross_entropy(student_logits / T, p)  # probabilities as targets
    entropy = -(p * log_p).sum(-1).mean()
    return alpha * T**2 * (crossed - entropy) + (1 - alpha) * F.cross_entropy(student_logits, labels)


def cosine_by_torch(h_s, h_t, mask):
    rows = h_s[mask]
    return nn.CosineEmbeddingLoss()(rows, h_t[mask].detach(), torch.ones(rows.shape[0], dtype=rows.dtype))


def cosine_by_unit_vectors(h_s, h_t, mask):
    with torch.no_grad():
        target = F.normalize(h_t, dim=-1)
    cosine = (F.normalize(h_s, dim=-1) * target).sum(-1)
    weight = mask.to(cosine.dtype)
    return ((1 - cosine) * weight).sum() / weight.sum()


def triple_by_rows(student_logits, teacher_logits, labels, h_s, h_t, mask, T=2.0, weights=(5.0, 2.0, 1.0)):
    a, b, c = weights
    with torch.no_grad():
        target = torch.softmax(teacher_logits[mask] / T, dim=-1)
    kd = F.kl_div(F.log_softmax(student_logits[mask] / T, dim=-1), target, reduction="batchmean") * T**2
    mlm = F.cross_entropy(student_logits.transpose(1, 2), labels, ignore_index=-100)
    cosine = 1 - F.cosine_similarity(h_s[mask], h_t[mask].detach(), dim=-1).mean()
    return a * kd + b * mlm + c * cosine


def triple_of_the_others(student_logits, teacher_logits, labels, h_s, h_t, mask, T=2.0, weights=(5.0, 2.0, 1.0)):
    kept = labels != -100
    kd = distillation_loss(student_logits[mask], teacher_logits[mask], 0 * labels[mask], T, 1.0)
    mlm = F.cross_entropy(student_logits[kept], labels[kept])
    return weights[0] * kd + weights[1] * mlm + weights[2] * cosine_loss(h_s, h_t, mask)


def cosine_filled(h_s, h_t, mask):
    cosine = F.cosine_similarity(h_s, h_t.detach(), dim=-1)
    return 1 - cosine.masked_fill(~mask, 0).sum() / mask.sum()


def mean_of_sentences(h_s, h_t, mask):
    cosine = F.cosine_similarity(h_s, h_t.detach(), dim=-1)
    return (((1 - cosine) * mask).sum(1) / mask.sum(1)).mean()


KD_MISTAKES = (
    mistake("no_t_squared", *of(KD, ("alpha * T**2 * soft", "alpha * soft"))),
    mistake("t_not_squared", *of(KD, ("alpha * T**2 * soft", "alpha * T * soft"))),
    mistake("t_squared_on_everything", *of(KD, (TOTAL, "T**2 * (alpha * soft + (1 - alpha) * hard)"))),
    mistake("reversed_kl", *of(KD, (DIVERGENCE, "(log_q.exp() * (log_q - log_p))"))),
    mistake("mean_over_classes", *of(KD, (".sum(dim=-1).mean()", ".mean()"))),
    mistake("summed", *of(KD, (".sum(dim=-1).mean()", ".sum()"))),
    mistake("softmax_for_log_softmax", *of(KD, ("F.log_softmax(student_logits / T", "F.softmax(student_logits / T"))),
    mistake(
        "softmax_over_examples",
        *of(
            KD,
            ("student_logits / T, dim=-1", "student_logits / T, dim=0"),
            ("detach() / T, dim=-1", "detach() / T, dim=0"),
        ),
    ),
    mistake("multiplied_by_t", *of(KD, ("student_logits / T", "student_logits * T"), ("detach() / T", "detach() * T"))),
    mistake("t_on_teacher_only", *of(KD, ("student_logits / T", "student_logits"))),
    mistake("t_on_student_only", *of(KD, ("detach() / T", "detach()"))),
    mistake("no_temperature", *of(KD, ("student_logits / T", "student_logits"), ("detach() / T", "detach()"))),
    mistake("soft_cross_entropy", *of(KD, (DIVERGENCE, "(-log_p.exp() * log_q)")), convention=True),
    mistake(
        "logits_regressed",
        *of(KD, (DIVERGENCE + ".sum(dim=-1).mean()", "((student_logits - teacher_logits.detach()) ** 2).mean()")),
    ),
    mistake(
        "softened_logits_regressed",
        *of(KD, (DIVERGENCE + ".sum(dim=-1).mean()", "((student_logits - teacher_logits.detach()) / T).pow(2).mean()")),
    ),
    mistake("probabilities_regressed", *of(KD, (DIVERGENCE, "((log_p.exp() - log_q.exp()) ** 2)"))),
    mistake("alpha_swapped", *of(KD, (TOTAL, "(1 - alpha) * T**2 * soft + alpha * hard"))),
    mistake("labels_with_full_weight", *of(KD, ("(1 - alpha) * hard", "hard"))),
    mistake("labels_forgotten", *of(KD, (TOTAL, "alpha * T**2 * soft"))),
    mistake("teacher_forgotten", *of(KD, (TOTAL, "(1 - alpha) * hard"))),
    mistake("labels_at_t", *of(KD, (HARD, "F.cross_entropy(student_logits / T, labels)"))),
    mistake("teacher_fits_labels", *of(KD, (HARD, "F.cross_entropy(teacher_logits, labels)"))),
    mistake("teacher_choice_for_labels", *of(KD, (HARD, "F.cross_entropy(student_logits, teacher_logits.argmax(-1))"))),
    mistake("hard_loss_summed", *of(KD, (HARD, 'F.cross_entropy(student_logits, labels, reduction="sum")'))),
    mistake("teacher_learns", *of(KD, ("teacher_logits.detach()", "teacher_logits")), shown_by=(gradients_of,)),
    mistake(
        "student_detached",
        *of(KD, ("F.log_softmax(student_logits / T", "F.log_softmax(student_logits.detach() / T")),
        shown_by=(gradients_of,),
    ),
)

COSINE_MISTAKES = (
    mistake("cosine_itself", *of(COSINE, ("(1 - cosine)", "cosine"))),
    mistake("sign_of_the_cosine", *of(COSINE, ("(1 - cosine)", "(1 + cosine)"))),
    mistake(
        "one_long_vector",
        *of(
            COSINE,
            (COS, "F.cosine_similarity(h_s[mask].flatten(), h_t[mask].detach().flatten(), dim=0)"),
            (MEAN, "1 - cosine"),
        ),
    ),
    mistake(
        "squared_distance", *of(COSINE, (COS, "((h_s - h_t.detach()) ** 2).mean(dim=-1)"), ("(1 - cosine)", "cosine"))
    ),
    mistake("dot_product", *of(COSINE, (COS, "(h_s * h_t.detach()).sum(dim=-1)"))),
    mistake("cosine_summed", *of(COSINE, ("[mask].mean()", "[mask].sum()"))),
    mistake(
        "along_the_sentence",
        *of(
            COSINE,
            (COS, "F.cosine_similarity(h_s * mask[..., None], h_t.detach() * mask[..., None], dim=1)"),
            (MEAN, "(1 - cosine).mean()"),
        ),
    ),
    mistake("padding_counted", *of(COSINE, ("[mask].mean()", ".mean()"))),
    mistake("padding_zeroed_and_counted", *of(COSINE, (MEAN, "((1 - cosine) * mask).mean()"))),
    mistake("padding_only", *of(COSINE, ("[mask]", "[~mask if (~mask).any() else mask]"))),
    mistake("mean_of_sentences", defines={"cosine_loss": mean_of_sentences}),
    mistake("first_token_only", *of(COSINE, (MEAN, "(1 - cosine)[:, 0].mean()"))),
    mistake("cosine_teacher_learns", *of(COSINE, ("h_t.detach()", "h_t")), shown_by=(gradients_of,)),
)

TRIPLE_MISTAKES = (
    mistake(
        "kd_on_padding",
        *of(
            TRIPLE,
            (KD_ROWS[0], KD_ROWS[0].replace("[mask]", ".flatten(0, 1)")),
            (KD_ROWS[1], KD_ROWS[1].replace("[mask]", ".flatten(0, 1)")),
        ),
    ),
    mistake(
        "kd_on_masked_tokens",
        *of(
            TRIPLE,
            (KD_ROWS[0], KD_ROWS[0].replace("[mask]", "[labels != -100]")),
            (KD_ROWS[1], KD_ROWS[1].replace("[mask]", "[labels != -100]")),
        ),
        convention=True,
    ),
    mistake("kd_by_sentence", *of(TRIPLE, (".sum(dim=-1).mean()", ".sum() / len(mask)"))),
    mistake("kd_mean_over_words", *of(TRIPLE, (".sum(dim=-1).mean()", ".mean()"))),
    mistake("kd_without_t_squared", *of(TRIPLE, ("kd = T**2 * ", "kd = "))),
    mistake("kd_reversed", *of(TRIPLE, (DIVERGENCE, "(log_q.exp() * (log_q - log_p))"))),
    mistake(
        "kd_without_temperature",
        *of(TRIPLE, (KD_ROWS[0], KD_ROWS[0].removesuffix(" / T")), (KD_ROWS[1], KD_ROWS[1].removesuffix(" / T"))),
    ),
    mistake("mlm_at_t", *of(TRIPLE, (MLM, MLM.replace("flatten(0, 1)", "flatten(0, 1) / T")))),
    mistake(
        "mlm_over_all_tokens",
        *of(TRIPLE, (MLM, MLM.replace("labels.flatten())", 'labels.flatten(), reduction="sum") / mask.sum()'))),
    ),
    mistake("mlm_summed", *of(TRIPLE, (MLM, MLM.replace("labels.flatten())", 'labels.flatten(), reduction="sum")')))),
    mistake("mlm_from_teacher", *of(TRIPLE, (MLM, MLM.replace("student_logits", "teacher_logits")))),
    mistake("weights_ignored", *of(TRIPLE, (SUM, "kd + mlm + cosine"))),
    mistake("weights_of_the_defaults", *of(TRIPLE, (SUM, "5.0 * kd + 2.0 * mlm + 1.0 * cosine"))),
    mistake("weights_normalized", *of(TRIPLE, (SUM, f"({SUM}) / sum(weights)"))),
    mistake("kd_and_mlm_swapped", *of(TRIPLE, (SUM, "weights[0] * mlm + weights[1] * kd + weights[2] * cosine"))),
    mistake("kd_and_cosine_swapped", *of(TRIPLE, (SUM, "weights[0] * cosine + weights[1] * mlm + weights[2] * kd"))),
    mistake("without_cosine", *of(TRIPLE, (SUM, "weights[0] * kd + weights[1] * mlm"))),
    mistake("without_mlm", *of(TRIPLE, (SUM, "weights[0] * kd + weights[2] * cosine"))),
    mistake(
        "triple_teacher_learns", *of(TRIPLE, ("teacher_logits.detach()", "teacher_logits")), shown_by=(gradients_of,)
    ),
)

MISTAKES = (*KD_MISTAKES, *COSINE_MISTAKES, *TRIPLE_MISTAKES)

EQUIVALENTS = (
    equivalent("kd_by_torch", defines={"distillation_loss": kd_by_torch}),
    equivalent("kd_by_logs_of_both", defines={"distillation_loss": kd_by_logs_of_both}),
    equivalent("kd_by_entropies", defines={"distillation_loss": kd_by_entropies}),
    equivalent("cosine_by_torch", defines={"cosine_loss": cosine_by_torch}),
    equivalent("cosine_by_unit_vectors", defines={"cosine_loss": cosine_by_unit_vectors}),
    equivalent("cosine_filled", defines={"cosine_loss": cosine_filled}),
    equivalent("triple_by_rows", defines={"distilbert_loss": triple_by_rows}),
    equivalent("triple_of_the_others", defines={"distilbert_loss": triple_of_the_others}),
)
