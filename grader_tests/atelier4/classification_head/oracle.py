"""4.8 A classification head, its loss, and the class that it predicts.

Values are compared without dropout. What dropout does in training is judged by frequencies on cases of their own, each
snapped to the known probability that it fits within six standard deviations; evaluation is judged by hidden checks.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


class ClassificationHead(nn.Module):
    """Logits of the classes from the vector of a sentence."""

    def __init__(self, d_model, n_classes, dropout=0.1):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(d_model, n_classes)

    def forward(self, pooled):
        """pooled (B, d) -> logits (B, C)."""
        return self.linear(self.dropout(pooled))


def classification_loss(logits, labels):
    """Mean over the batch of −ln p(label). logits (B, C), labels (B,): int64 -> ()."""
    return F.cross_entropy(logits, labels)


def predicted_classes(logits):
    """The class of the largest logit. logits (B, C) -> (B,): int64."""
    return logits.argmax(dim=1)


class IndependentHead(nn.Module):
    """The same by matrices: what is dropped is drawn by hand."""

    def __init__(self, d_model, n_classes, dropout=0.1):
        super().__init__()
        self.kept = 1 - dropout
        self.linear = nn.Linear(d_model, n_classes)

    def forward(self, pooled):
        if self.training:
            pooled = pooled * torch.bernoulli(torch.full_like(pooled, self.kept)) / self.kept
        return pooled @ self.linear.weight.T + self.linear.bias


def independent_classification_loss(logits, labels):
    """NumPy, the largest logit taken away first."""
    z = logits.detach().numpy()
    z = z - z.max(axis=1, keepdims=True)
    logs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return torch.tensor(-logs[np.arange(len(z)), labels.numpy()].mean(), dtype=logits.dtype)


def independent_predicted_classes(logits):
    """NumPy."""
    return torch.from_numpy(np.argmax(logits.numpy(), axis=-1))


def normal(rng, *shape, scale=1.0):
    return torch.from_numpy(rng.normal(0.0, scale, size=shape))


def head_case(name, rng, B, d, C):
    state = {"linear.weight": normal(rng, C, d).float(), "linear.bias": normal(rng, C).float()}
    call = Call(
        "ClassificationHead",
        {"pooled": normal(rng, B, d).float()},
        {"d_model": d, "n_classes": C, "dropout": 0.0},
        state,
    )
    return Case(f"head_{name}", call, {"B": B, "d": d, "C": C}, ("pooled",))


def snapped(share, count, known):
    """The first known probability that a frequency fits, within six standard deviations; -1 if it fits none."""
    return next((q for q in known if abs(share - q) <= 6 * (q * (1 - q) / count) ** 0.5 + 1e-6), -1.0)


def dropped(inputs, logits):
    """What every right answer has in common in training, whatever chance gives: with the identity for a matrix, each
    logit minus its bias is 0 or a component of the input, enlarged."""
    pooled, p = inputs["pooled"], RATE
    if not isinstance(logits, torch.Tensor) or logits.shape != pooled.shape:
        return logits
    moved = logits - BIAS
    gone = moved.abs() < 1e-4
    whole_rows, same_rows = bool((gone == gone[:, :1]).all()), bool((gone == gone[:1]).all())
    count = len(gone) if whole_rows else gone.size(1) if same_rows else gone.numel()  # of draws
    share = snapped(float(gone.float().mean()), count, (p, 1 - p, 0.0, 1.0))
    nothing_left = snapped(float((logits.abs() < 1e-6).float().mean()), gone.numel(), (0.0, p, 1 - p))
    gains = (moved / pooled)[~gone]
    gain = float(gains.median()) if gains.numel() else 0.0
    alike = gains.numel() > 0 and bool(((gains - gain).abs() < 1e-3).all())
    left = logits.abs() > 1e-6
    after = left.any() and bool((((1 - p) * logits - BIAS - pooled).abs() < 1e-3)[left].all())
    facts = [share, nothing_left, round(gain, 2) if alike else -1.0, whole_rows, same_rows, after]
    return torch.tensor([float(fact) for fact in facts])


RATE, BIAS = 0.3, 8.0


def training_case(rng, B, d):
    pooled = torch.from_numpy(rng.uniform(1.0, 2.0, size=(B, d))).float()
    state = {"linear.weight": torch.eye(d), "linear.bias": torch.full((d,), BIAS)}
    call = Call("ClassificationHead", {"pooled": pooled}, {"d_model": d, "n_classes": d, "dropout": RATE}, state)
    return Case("training", call, {"B": B, "d": d}, observe=dropped)


def loss_case(name, rng, B, C, scale=2.0):
    inputs = {"logits": normal(rng, B, C, scale=scale), "labels": torch.from_numpy(rng.integers(0, C, size=B))}
    return Case(f"loss_{name}", Call("classification_loss", inputs), {"B": B, "C": C}, ("logits",))


def extreme_case():
    logits = torch.tensor([[900.0, -900.0, 0.0], [-700.0, 800.0, 795.0]], dtype=torch.float64)
    return Case(
        "loss_extreme",
        Call("classification_loss", {"logits": logits, "labels": torch.tensor([2, 1])}),
        {"B": 2, "C": 3},
    )


def worked_loss():
    logits = torch.tensor([[2.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
    return Case(
        "loss_worked_example",
        Call("classification_loss", {"logits": logits, "labels": torch.tensor([0, 1])}),
        {"B": 2, "C": 2},
    )


def classes_case(name, logits):
    return Case(
        f"classes_{name}", Call("predicted_classes", {"logits": logits}), {"B": logits.size(0), "C": logits.size(1)}
    )


def distinct(rng, B, C):
    """Logits in which every row and every column has a largest value, in another place than the others."""
    return torch.from_numpy(rng.permutation(B * C).reshape(B, C) - (B * C) / 2 + 0.25)


def public():
    rng = np.random.default_rng(408)
    return [
        head_case("batch", rng, 3, 5, 2),
        head_case("one_sentence", rng, 1, 6, 4),
        worked_loss(),
        loss_case("four_classes", rng, 3, 4),
        loss_case("two_classes", rng, 5, 2),
        extreme_case(),
        classes_case("worked_example", torch.tensor([[-2.0, -1.0], [3.0, 2.5]], dtype=torch.float64)),
        classes_case(
            "three_classes", torch.tensor([[0.5, 0.25, 2.0], [4.0, -1.0, 1.0], [-3.0, -2.0, -4.0], [9.0, 8.0, 8.5]])
        ),
        classes_case("no_majority", torch.tensor([[0.1, 0.0, 0.3, 0.2], [0.4, 0.5, 0.2, 0.3]])),
        classes_case("square", torch.tensor([[1.0, 5.0], [0.5, 6.0]])),
    ]


def draw(rng):
    B, d, C = (int(n) for n in rng.choice([[4, 7, 3], [3, 6, 5], [6, 9, 4]]))
    return [
        head_case("batch", rng, B, d, C),
        head_case("two_classes", rng, B, d, 2),
        head_case("one_sentence", rng, 1, d, C),
        training_case(rng, 80, 40),
        loss_case("batch", rng, B, C),
        loss_case("two_classes", rng, B, 2),
        loss_case("one_sentence", rng, 1, C),
        extreme_case(),
        classes_case("batch", distinct(rng, B + 3, C)),
        classes_case("two_classes", distinct(rng, 9, 2)),
        classes_case("one_sentence", distinct(rng, 1, C)),
        classes_case("no_majority", distinct(rng, B + 3, C + 1) / (20 * B * C)),
    ]


EXERCISE = Exercise(
    name="classification_head",
    atelier="atelier4",
    number="4.8",
    title=Text("Une tête de classification et sa perte", "A classification head and its loss"),
    points=5,
    functions=(
        Function(
            "ClassificationHead", "(d_model, n_classes, dropout=0.1)", (Output("logits", "B C"),), "class", 1e-4, 1e-5
        ),
        Function("classification_loss", "(logits, labels)", (Output("loss"),)),
        Function("predicted_classes", "(logits)", (Output("classes", "B", compare="exact"),)),
    ),
    reference={
        "ClassificationHead": ClassificationHead,
        "classification_loss": classification_loss,
        "predicted_classes": predicted_classes,
    },
    independent={
        "ClassificationHead": IndependentHead,
        "classification_loss": independent_classification_loss,
        "predicted_classes": independent_predicted_classes,
    },
    public=public,
    draw=draw,
    core=True,
)
