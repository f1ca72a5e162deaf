"""4.15 The losses of distillation: the teacher's soft answers, the directions of hidden states, DistilBERT's sum.

The notebook gives ``gradients_of``, which shows that nothing is learned by the teacher. Logits are in float64, and
temperatures far from 1, so that T, T² and 1 differ.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Given, Output, Ref, Text


def distillation_loss(student_logits, teacher_logits, labels, T, alpha):
    """What a student has to learn from labels and from a teacher's answers.

    student_logits (B, C), teacher_logits (B, C), labels (B,) int64, T > 0, 0 <= alpha <= 1 -> (), the mean over the
    batch of alpha T² KL(teacher ‖ student) + (1 - alpha) CE. Nothing is learned by the teacher.
    """
    if T <= 0 or not 0 <= alpha <= 1:
        raise ValueError("T must be positive, alpha between 0 and 1")
    log_q = F.log_softmax(student_logits / T, dim=-1)  # (B, C), the student
    log_p = F.log_softmax(teacher_logits.detach() / T, dim=-1)  # (B, C), the teacher: a constant
    soft = (log_p.exp() * (log_p - log_q)).sum(dim=-1).mean()  # ()
    hard = F.cross_entropy(student_logits, labels)  # (), at temperature 1
    return alpha * T**2 * soft + (1 - alpha) * hard


def cosine_loss(h_s, h_t, mask):
    """How far the student's hidden states point away from the teacher's.

    h_s (B, T, d), h_t (B, T, d), mask (B, T) bool, True = a token and no padding -> (), the mean of 1 - cos over the
    tokens. Nothing is learned by the teacher.
    """
    cosine = F.cosine_similarity(h_s, h_t.detach(), dim=-1)  # (B, T)
    return (1 - cosine)[mask].mean()


def distilbert_loss(student_logits, teacher_logits, labels, h_s, h_t, mask, T=2.0, weights=(5.0, 2.0, 1.0)):
    """The loss by which DistilBERT was trained: weights[0] KD + weights[1] MLM + weights[2] cosine.

    student_logits (B, T, V), teacher_logits (B, T, V), labels (B, T) int64 with -100 where nothing was masked,
    h_s (B, T, d), h_t (B, T, d), mask (B, T) bool -> (). KD is T² KL(teacher ‖ student), its mean over the tokens of
    mask; MLM the cross-entropy at temperature 1, its mean over the labels that count.
    """
    log_p = F.log_softmax(teacher_logits.detach()[mask] / T, dim=-1)  # (N, V), N tokens and no padding
    log_q = F.log_softmax(student_logits[mask] / T, dim=-1)  # (N, V)
    kd = T**2 * (log_p.exp() * (log_p - log_q)).sum(dim=-1).mean()
    mlm = F.cross_entropy(student_logits.flatten(0, 1), labels.flatten())  # −100 does not count
    cosine = cosine_loss(h_s, h_t.detach(), mask)
    return weights[0] * kd + weights[1] * mlm + weights[2] * cosine


def gradients_of(loss, *inputs):
    """The gradients of loss(*inputs), where tensors of floats come in pairs: the student's, then the teacher's.

    -> the gradients by the student's tensors, laid out (n,), and by the teacher's (n,); zeros where none arrives.
    """
    inputs = [x.detach().clone() if isinstance(x, torch.Tensor) else x for x in inputs]
    tensors = [x.requires_grad_() for x in inputs if isinstance(x, torch.Tensor) and x.is_floating_point()]
    value = loss(*inputs)
    found = [None] * len(tensors)
    if value.requires_grad:
        found = torch.autograd.grad(value, tensors, allow_unused=True)
    flat = [(torch.zeros_like(x) if g is None else g).flatten() for x, g in zip(tensors, found, strict=True)]
    return torch.cat(flat[0::2]), torch.cat(flat[1::2])


def independent_distillation_loss(student_logits, teacher_logits, labels, T, alpha):
    """torch's own divergence and negative log-likelihood."""
    q = F.log_softmax(student_logits / T, dim=1)
    p = F.softmax(teacher_logits.detach() / T, dim=1)
    hard = F.nll_loss(F.log_softmax(student_logits, dim=1), labels)
    return alpha * T * T * F.kl_div(q, p, reduction="batchmean") + (1 - alpha) * hard


def independent_cosine_loss(h_s, h_t, mask):
    """torch's own loss, on the tokens' rows."""
    rows, targets = h_s[mask], h_t[mask].detach()
    return F.cosine_embedding_loss(rows, targets, rows.new_ones(len(rows)))


def independent_distilbert_loss(student_logits, teacher_logits, labels, h_s, h_t, mask, T=2.0, weights=(5.0, 2.0, 1.0)):
    """As DistilBERT's training was written: rows selected by the mask, torch's losses."""
    width = student_logits.size(-1)
    chosen = mask.unsqueeze(-1).expand_as(student_logits)
    student = torch.masked_select(student_logits, chosen).view(-1, width)
    teacher = torch.masked_select(teacher_logits.detach(), chosen).view(-1, width)
    kd = F.kl_div((student / T).log_softmax(-1), (teacher / T).softmax(-1), reduction="batchmean") * T**2
    mlm = torch.nn.CrossEntropyLoss(ignore_index=-100)(student_logits.view(-1, width), labels.view(-1))
    return weights[0] * kd + weights[1] * mlm + weights[2] * independent_cosine_loss(h_s, h_t, mask)


def combined_with(kd_loss=distillation_loss, direction_loss=cosine_loss):
    """distilbert_loss, its two parts left to other functions."""

    def combined(student_logits, teacher_logits, labels, h_s, h_t, mask, T=2.0, weights=(5.0, 2.0, 1.0)):
        kd = kd_loss(student_logits[mask], teacher_logits[mask], labels[mask].clamp(min=0), T, 1.0)
        mlm = F.cross_entropy(student_logits.flatten(0, 1), labels.flatten())
        return weights[0] * kd + weights[1] * mlm + weights[2] * direction_loss(h_s, h_t, mask)

    return {"distilbert_loss": combined}


def normal(rng, *shape, scale=1.0):
    return torch.from_numpy(rng.normal(scale=scale, size=shape))


def lengths_mask(T, lengths):
    return torch.arange(T) < torch.tensor(lengths)[:, None]  # (B, T)


def kd_case(name, rng, B, C, T, alpha, scale=2.0):
    inputs = {
        "student_logits": normal(rng, B, C, scale=scale),
        "teacher_logits": normal(rng, B, C, scale=scale),
        "labels": torch.from_numpy(rng.integers(0, C, size=B)),
        "T": T,
        "alpha": alpha,
    }
    return Case(f"kd_{name}", Call("distillation_loss", inputs), {"B": B, "C": C})


def cosine_case(name, rng, d, T, lengths, scale=1.0):
    B = len(lengths)
    inputs = {"h_s": normal(rng, B, T, d), "h_t": normal(rng, B, T, d, scale=scale), "mask": lengths_mask(T, lengths)}
    return Case(f"cosine_{name}", Call("cosine_loss", inputs), {"B": B, "T": T, "d": d})


def triple_case(name, rng, V, d, T, lengths, settings=None):
    """Some labels in each sentence; settings: a temperature and weights, or what the signature says."""
    B, mask = len(lengths), lengths_mask(T, lengths)
    masked = mask & (torch.from_numpy(rng.random((B, T))) < 0.4)
    masked[:, 1] = True  # a label in each sentence, in different numbers
    masked[0, 0] = True
    labels = torch.where(masked, torch.from_numpy(rng.integers(0, V, size=(B, T))), -100)
    inputs = {
        "student_logits": normal(rng, B, T, V, scale=2.0),
        "teacher_logits": normal(rng, B, T, V, scale=2.0),
        "labels": labels,
        "h_s": normal(rng, B, T, d),
        "h_t": normal(rng, B, T, d),
        "mask": mask,
        **(settings or {}),
    }
    dims = {"B": B, "T": T, "V": V, "d": d}
    return Case(f"triple_{name}", Call("distilbert_loss", inputs), dims)


def gradient_case(case):
    """The same numbers, handed to the notebook's helper."""
    call = Call("gradients_of", {"loss": Ref(case.call.target), **case.call.inputs})
    return Case(f"gradient_{case.name}", call, case.dims)


def worked_kd():
    """Probabilities (1/2, 1/2) and (4/5, 1/5) at T = 2: logits of 0 and 0, of 4 ln 2 and 0."""
    inputs = {
        "student_logits": torch.tensor([[0.0, 0.0]], dtype=torch.float64),
        "teacher_logits": torch.tensor([[4 * np.log(2), 0.0]], dtype=torch.float64),
        "labels": torch.tensor([0]),
        "T": 2.0,
        "alpha": 0.5,
    }
    return Case("kd_worked_example", Call("distillation_loss", inputs), {"B": 1, "C": 2})


def worked_cosine():
    h_s = [[[1.0, 0.0], [1.0, 1.0], [3.0, 4.0]], [[0.0, 2.0], [5.0, 5.0], [1.0, 7.0]]]
    h_t = [[[2.0, 0.0], [1.0, 0.0], [4.0, 3.0]], [[3.0, 0.0], [1.0, -6.0], [2.0, 2.0]]]
    inputs = {"h_s": torch.tensor(h_s).double(), "h_t": torch.tensor(h_t).double(), "mask": lengths_mask(3, (3, 1))}
    dims = {"B": 2, "T": 3, "d": 2}
    return Case("cosine_worked_example", Call("cosine_loss", inputs), dims)


def public():
    rng = np.random.default_rng(415)
    kd, cosine = kd_case("batch", rng, 4, 3, 3.0, 0.7), cosine_case("lengths", rng, 4, 5, (5, 2, 3))
    triple = triple_case("batch", rng, 6, 4, 5, (5, 3))
    settings = {"T": 3.0, "weights": (0.5, 2.5, 4.0)}
    return [
        worked_kd(),
        kd,
        kd_case("teacher_alone", rng, 3, 5, 0.5, 1.0),
        kd_case("labels_alone", rng, 5, 4, 4.0, 0.0),
        worked_cosine(),
        cosine,
        triple,
        triple_case("other_settings", rng, 5, 3, 4, (2, 4, 3), settings),
        *map(gradient_case, (kd, cosine, triple)),
    ]


def draw(rng):
    B, C, d = (int(n) for n in rng.choice([[5, 3, 4], [4, 6, 5], [7, 4, 3]]))
    T, alpha = float(rng.uniform(2.5, 4.5)), float(rng.uniform(0.6, 0.9))
    weights = tuple(float(w) for w in rng.permutation([0.4, 1.7, 3.1]) * rng.uniform(0.9, 1.1))
    kd, cosine = kd_case("general", rng, B, C, T, alpha), cosine_case("general", rng, d, 6, (4, 6, 1))
    triple = triple_case("defaults", rng, C + 2, d, 5, (3, 5))
    return [
        kd,
        kd_case("cold", rng, B, C, float(rng.uniform(0.3, 0.6)), 1 - alpha),
        kd_case("teacher_alone", rng, B, C + 1, T, 1.0),
        kd_case("labels_alone", rng, B, C, T, 0.0),
        kd_case("one_example", rng, 1, C, T, alpha),
        kd_case("temperature_of_one", rng, B + 1, C, 1.0, alpha),
        kd_case("large", rng, B, C, T, alpha, scale=1000.0),
        cosine,
        cosine_case("long_vectors", rng, d + 2, 4, (2, 3), scale=50.0),
        cosine_case("no_padding", rng, d, 3, (3, 3)),
        triple,
        triple_case("other_settings", rng, C + 3, d, 6, (4, 6, 2), {"T": T, "weights": weights}),
        triple_case("one_sentence", rng, C + 1, d, 7, (5,), {"T": T + 1, "weights": weights[::-1]}),
        *map(gradient_case, (kd, cosine, triple)),
    ]


EXERCISE = Exercise(
    name="distillation",
    atelier="atelier4",
    number="4.15",
    title=Text("Les pertes de la distillation", "The losses of distillation"),
    points=8,
    functions=(
        Function("distillation_loss", "(student_logits, teacher_logits, labels, T, alpha)", (Output("loss"),)),
        Function("cosine_loss", "(h_s, h_t, mask)", (Output("loss"),)),
        Function(
            "distilbert_loss",
            "(student_logits, teacher_logits, labels, h_s, h_t, mask, T=2.0, weights=(5.0, 2.0, 1.0))",
            (Output("loss"),),
        ),
        Function(
            "gradients_of",
            "(loss, *inputs)",
            (Output("student_gradient", "n"), Output("teacher_gradient", "n")),
        ),
    ),
    reference={
        "distillation_loss": distillation_loss,
        "cosine_loss": cosine_loss,
        "distilbert_loss": distilbert_loss,
    },
    independent={
        "distillation_loss": independent_distillation_loss,
        "cosine_loss": independent_cosine_loss,
        "distilbert_loss": independent_distilbert_loss,
        "gradients_of": gradients_of,
    },
    public=public,
    draw=draw,
    provided=(gradients_of,),
    core=True,
    given=(
        Given(("distillation_loss",), lambda kd: combined_with(kd_loss=kd)),
        Given(("cosine_loss",), lambda cosine: combined_with(direction_loss=cosine)),
        Given(("distillation_loss", "cosine_loss"), combined_with),
    ),
)
