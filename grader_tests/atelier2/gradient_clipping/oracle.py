"""2.15 clip_grad_norm, accumulate_gradients: one norm for all parameters; a large batch in small parts.

The little model of the second function is made beside the student's code from data (``attentif.remote.inside.
little_training``); its micro-batches have unequal numbers of targets that count, and one of them may have none.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def clip_grad_norm(grads, max_norm):
    """The gradients, all scaled alike where their global norm is above max_norm.

    grads: list of tensors of any shapes -> list of new tensors of the same shapes.
    """
    if max_norm <= 0:
        raise ValueError(f"max_norm must be positive, not {max_norm}")
    norm = math.sqrt(sum((g**2).sum().item() for g in grads))  # one number for all
    scale = min(1.0, max_norm / norm) if norm > 0 else 1.0
    return [g * scale for g in grads]


def accumulate_gradients(model, micro_batches):
    """Leaves in .grad the gradient of the mean loss over all targets that count, one micro-batch in memory at a time.

    micro_batches: list of (ids (b, T), targets (b, T)), -100 where a target does not count -> mean loss (float).
    """
    total = sum(int((targets != -100).sum()) for _, targets in micro_batches)
    if total == 0:
        raise ValueError("no target counts")
    model.zero_grad()
    loss = 0.0
    for ids, targets in micro_batches:
        logits = model(ids)  # (b, T, V)
        part = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="sum") / total
        part.backward()  # adds to .grad, and lets go of this micro-batch's graph
        loss += part.item()
    return loss


def independent_clip_grad_norm(grads, max_norm):
    """PyTorch's own, on parameters that carry the gradients."""
    parameters = [nn.Parameter(torch.zeros_like(g)) for g in grads]
    for parameter, gradient in zip(parameters, grads, strict=True):
        parameter.grad = gradient.clone()
    nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad for parameter in parameters]


def independent_accumulate_gradients(model, micro_batches):
    """All in one batch."""
    rows = [(ids, targets) for ids, targets in micro_batches]
    scores = torch.cat([model(ids).log_softmax(-1).flatten(0, 1) for ids, _ in rows])  # (all positions, V)
    targets = torch.cat([targets.flatten() for _, targets in rows])
    counted = targets >= 0
    loss = -scores[counted, targets[counted]].mean()
    parameters = list(model.parameters())
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        parameter.grad = gradient
    return loss.item()


def clip_case(name, grads, max_norm):
    return Case(f"clip_{name}", Call("clip_grad_norm", {"grads": grads, "max_norm": max_norm}))


def gradients_of(rng, norm, *shapes):
    """Random gradients whose global norm is ``norm``."""
    grads = [torch.from_numpy(rng.normal(size=shape)) for shape in shapes]
    total = math.sqrt(sum(float((g**2).sum()) for g in grads))
    return [g * (norm / total) for g in grads]


def micro_batch(rng, b, T, V, counted):
    """``counted`` of the b·T targets count."""
    targets = np.full(b * T, -100)
    targets[rng.permutation(b * T)[:counted]] = rng.integers(0, V, size=counted)
    return torch.from_numpy(rng.integers(0, V, size=(b, T))), torch.from_numpy(targets.reshape(b, T))


def accumulate_case(name, rng, V, d, batches, *, stale=False, training=True):
    model = {
        "make": "model",
        "embedding": torch.from_numpy(rng.normal(size=(V, d))),
        "head": torch.from_numpy(rng.normal(scale=2.0, size=(V, d))),
        "gate": torch.from_numpy(rng.choice([0.25, 0.5, 2.0, 3.0], size=d)),
        "training": training,
        "stale": stale,
        "read": ["parameters", "gradients", "logits"],
    }
    call = Call("accumulate_gradients", {"model": model, "micro_batches": batches}, probe="call_made")
    return Case(f"accumulate_{name}", call, {"V": V, "d": d})


def worked_example():
    """Four targets count in the first micro-batch, one in the second; what is learned is the logits' table itself."""
    model = {
        "make": "model",
        "embedding": torch.tensor([[0.0], [20.0]], dtype=torch.float64),  # tanh: 0 and 1
        "head": torch.tensor([[math.log(3)], [0.0]], dtype=torch.float64),
        "gate": torch.ones(1, dtype=torch.float64),
        "training": True,
        "read": ["parameters", "gradients", "logits"],
    }
    batches = [
        (torch.tensor([[0, 0, 1, 1]]), torch.tensor([[0, 1, 0, 0]])),
        (torch.tensor([[1, 1]]), torch.tensor([[1, -100]])),
    ]
    call = Call("accumulate_gradients", {"model": model, "micro_batches": batches}, probe="call_made")
    return Case("accumulate_worked_example", call, {"V": 2, "d": 1})


def public():
    rng = np.random.default_rng(215)
    tensor = torch.tensor
    return [
        clip_case(
            "worked_example", [tensor([6.0, 0.0], dtype=torch.float64), tensor([[-8.0]], dtype=torch.float64)], 5.0
        ),
        clip_case("below", [tensor([0.3, 0.0], dtype=torch.float64), tensor([[-0.4]], dtype=torch.float64)], 5.0),
        clip_case("three_tensors", gradients_of(rng, 12.0, (2, 3), (4,), ()), 7.0),
        clip_case("zeros", [torch.zeros(2, dtype=torch.float64), torch.zeros(3, 1, dtype=torch.float64)], 2.0),
        worked_example(),
        accumulate_case("unequal", rng, 5, 3, [micro_batch(rng, 2, 4, 5, n) for n in (7, 2, 4)]),
        accumulate_case("stale", rng, 4, 2, [micro_batch(rng, 1, 3, 4, n) for n in (3, 1)], stale=True),
    ]


def draw(rng):
    shapes = [(3, 4), (5,), (2, 1, 3)]
    norm, bound = float(rng.uniform(8, 20)), float(rng.uniform(3, 6))
    V, d, T = int(rng.choice([6, 7])), int(rng.choice([3, 4])), 5
    return [
        clip_case("above", gradients_of(rng, norm, *shapes), bound),
        clip_case("below", gradients_of(rng, bound, *shapes), norm),
        clip_case("above_small_bound", gradients_of(rng, norm, (6,), (2, 2)), 0.25),
        clip_case("one_tensor", gradients_of(rng, norm, (2, 5)), bound),
        clip_case("parts_below", gradients_of(rng, 1.2 * bound, *[(4,)] * 5), bound),
        clip_case("none", [], bound),
        clip_case("zeros", [torch.zeros(3, 2, dtype=torch.float64), torch.zeros(4, dtype=torch.float64)], bound),
        accumulate_case("unequal", rng, V, d, [micro_batch(rng, 2, T, V, n) for n in (9, 2, 6)]),
        accumulate_case(
            "of_other_sizes", rng, V, d, [micro_batch(rng, b, t, V, n) for b, t, n in ((3, 4, 5), (1, 6, 4))]
        ),
        accumulate_case("one_empty", rng, V, d, [micro_batch(rng, 2, T, V, n) for n in (8, 0, 3)]),
        accumulate_case("only_one", rng, V, d, [micro_batch(rng, 2, T, V, 7)], training=False),
        accumulate_case("stale", rng, V, d, [micro_batch(rng, 1, T, V, n) for n in (5, 3)], stale=True),
    ]


EXERCISE = Exercise(
    name="gradient_clipping",
    atelier="atelier2",
    number="2.15",
    title=Text("Borner et accumuler les gradients", "Clipping and accumulating gradients"),
    points=5,
    functions=(
        Function("clip_grad_norm", "(grads, max_norm)", (Output("gradients", "…"),), rtol=5e-6),  # + 1e-6 is accepted
        Function("accumulate_gradients", "(model, micro_batches)", (Output("output"),)),
    ),
    reference={"clip_grad_norm": clip_grad_norm, "accumulate_gradients": accumulate_gradients},
    independent={
        "clip_grad_norm": independent_clip_grad_norm,
        "accumulate_gradients": independent_accumulate_gradients,
    },
    public=public,
    draw=draw,
)
