"""2.14 cosine_schedule, noam_schedule: learning rates as functions of the step.

Every regime is asked at its ends: below, at and above the warm-up, just before the last step, there and far beyond.
"""

from __future__ import annotations

import math

import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def cosine_schedule(it, max_lr, min_lr, warmup, total):
    """Learning rate at step ``it``, counted from 0: a straight warm-up, half a cosine down, then a floor -> float."""
    if it < 0 or not 0 <= warmup <= total:
        raise ValueError("steps are counted from 0, and the warm-up ends before the last step")
    if it < warmup:
        return max_lr * it / warmup
    if it >= total:
        return min_lr
    progress = (it - warmup) / (total - warmup)  # from 0 to 1
    return min_lr + 0.5 * (1 + math.cos(math.pi * progress)) * (max_lr - min_lr)


def noam_schedule(it, d_model, warmup):
    """Learning rate of the first Transformer at step ``it``, counted from 1 -> float."""
    if it < 1 or warmup < 1:
        raise ValueError("steps are counted from 1, and the warm-up has one at least")
    return d_model**-0.5 * min(it**-0.5, it * warmup**-1.5)


def independent_cosine_schedule(it, max_lr, min_lr, warmup, total):
    """PyTorch's schedulers, step by step: a linear one, then an annealing one, then nothing."""
    if it >= total:
        return min_lr
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=max_lr)
    parts = []
    if warmup:
        parts.append(torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: n / warmup))
    parts.append(torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, total - warmup), eta_min=min_lr))
    schedule = torch.optim.lr_scheduler.SequentialLR(optimizer, parts, [warmup]) if warmup else parts[0]
    for _ in range(it):
        optimizer.step()
        schedule.step()
    return optimizer.param_groups[0]["lr"]


def independent_noam_schedule(it, d_model, warmup):
    """Its peak, approached in a straight line and left as the inverse of a root."""
    peak = 1 / math.sqrt(d_model * warmup)
    return peak * it / warmup if it < warmup else peak * math.sqrt(warmup / it)


def cosine(name, it, max_lr=0.4, min_lr=0.04, warmup=10, total=110):
    inputs = {"it": it, "max_lr": max_lr, "min_lr": min_lr, "warmup": warmup, "total": total}
    return Case(name, Call("cosine_schedule", inputs))


def noam(name, it, d_model=16, warmup=4):
    return Case(name, Call("noam_schedule", {"it": it, "d_model": d_model, "warmup": warmup}))


def public():
    return [
        *(cosine(f"worked_example_{it}", it) for it in (0, 5, 10, 35, 60, 110, 150)),
        cosine("without_warmup_0", 0, warmup=0),
        cosine("without_warmup_30", 30, warmup=0, total=90),
        cosine("last_step", 109),
        *(noam(f"worked_example_{it}", it) for it in (1, 4, 16)),
        noam("warming_up", 3, 25, 9),
        noam("later", 50, 9, 7),
    ]


def draw(rng):
    warmup, after = int(rng.integers(6, 20)), int(rng.integers(30, 80))
    total = warmup + after
    high = float(rng.uniform(0.2, 2.0))
    own = {"max_lr": high, "min_lr": high * float(rng.uniform(0.05, 0.3)), "warmup": warmup, "total": total}
    d_model, w = int(rng.integers(20, 200)), int(rng.integers(5, 40))
    return [
        cosine("first", 0, **own),
        cosine("second", 1, **own),
        cosine("warming_up", warmup // 2, **own),
        cosine("end_of_warmup", warmup - 1, **own),
        cosine("peak", warmup, **own),
        cosine("after_the_peak", warmup + 1, **own),
        cosine("descending", warmup + int(rng.integers(3, after - 3)), **own),
        cosine("nearly_over", total - 1, **own),
        cosine("over", total, **own),
        cosine("long_over", total + int(rng.integers(5, 60)), **own),
        cosine("without_warmup", int(rng.integers(2, 20)), **{**own, "warmup": 0}),
        cosine("first_without_warmup", 0, **{**own, "warmup": 0}),
        cosine("to_zero", warmup + after // 3, **{**own, "min_lr": 0.0}),
        cosine("only_warmup", warmup - 2, **{**own, "total": warmup}),
        cosine("only_warmup_over", warmup, **{**own, "total": warmup}),
        noam("first", 1, d_model, w),
        noam("warming_up", w - 2, d_model, w),
        noam("peak", w, d_model, w),
        noam("later", w + int(rng.integers(1, 300)), d_model, w),
    ]


EXERCISE = Exercise(
    name="schedules",
    atelier="atelier2",
    number="2.14",
    title=Text("Le calendrier du pas", "The schedule of the learning rate"),
    points=4,
    functions=(
        Function("cosine_schedule", "(it, max_lr, min_lr, warmup, total)", (Output("lr"),), atol=1e-10),
        Function("noam_schedule", "(it, d_model, warmup)", (Output("lr"),), atol=1e-10),
    ),
    reference={"cosine_schedule": cosine_schedule, "noam_schedule": noam_schedule},
    independent={"cosine_schedule": independent_cosine_schedule, "noam_schedule": independent_noam_schedule},
    public=public,
    draw=draw,
    core=True,
)
