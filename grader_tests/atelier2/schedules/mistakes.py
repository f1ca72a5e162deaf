"""2.14 cosine_schedule, noam_schedule: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import numpy as np

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def cosine_by_square(it, max_lr, min_lr, warmup, total):
    if it < 0 or warmup < 0 or warmup > total:
        raise ValueError("out of range")
    if it >= total:
        return min_lr
    if it < warmup:
        return it / warmup * max_lr
    half = 0.5 * math.pi * (it - warmup) / (total - warmup)
    return max_lr * math.cos(half) ** 2 + min_lr * math.sin(half) ** 2


def noam_by_branches(it, d_model, warmup):
    if it <= 0 or warmup <= 0:
        raise ValueError("out of range")
    if it <= warmup:
        return it / (math.sqrt(d_model) * warmup * math.sqrt(warmup))
    return 1 / math.sqrt(d_model * it)


def cosine_with_numpy(it, max_lr, min_lr, warmup, total):
    if it < 0 or not (0 <= warmup <= total):
        raise ValueError("out of range")
    if warmup > 0 and it < warmup:
        return float(np.interp(it, [0, warmup], [0.0, max_lr]))
    done = min(1.0, (it - warmup) / max(1, total - warmup)) if it < total else 1.0
    return float(min_lr + (max_lr - min_lr) * (1 + np.cos(np.pi * done)) / 2)


def noam_with_powers(it, d_model, warmup):
    if it < 1 or warmup < 1:
        raise ValueError("out of range")
    return float(np.minimum(np.power(float(it), -0.5), it / warmup**1.5) / np.sqrt(d_model))


def cosine_descending_first(it, max_lr, min_lr, warmup, total):
    if it < 0 or warmup > total or warmup < 0:
        raise ValueError("out of range")
    lr = min_lr
    if warmup <= it < total:
        lr += (max_lr - min_lr) * (0.5 + 0.5 * math.cos((it - warmup) * math.pi / (total - warmup)))
    elif it < warmup:
        lr = max_lr * (it / warmup)
    return lr


def noam_as_peak(it, d_model, warmup):
    if min(it, warmup) < 1:
        raise ValueError("out of range")
    peak = (d_model * warmup) ** -0.5
    return peak * min(it / warmup, (warmup / it) ** 0.5)


WARM = "max_lr * it / warmup"
DOWN = "min_lr + 0.5 * (1 + math.cos(math.pi * progress)) * (max_lr - min_lr)"
OVER = "    if it >= total:\n        return min_lr\n"

MISTAKES = (
    # the cosine
    mistake("warmup_from_one", edit(WARM, "max_lr * (it + 1) / warmup"), convention=True),
    mistake("warmup_never_full", edit(WARM, "max_lr * it / (warmup + 1)"), convention=True),
    mistake("warmup_shared", edit(WARM, "max_lr * (it + 1) / (warmup + 1)"), convention=True),
    mistake("warmup_from_the_floor", edit(WARM, "min_lr + (max_lr - min_lr) * it / warmup"), convention=True),
    mistake(
        "no_warmup",
        edit(
            "    if it < warmup:\n        return max_lr * it / warmup\n",
            "    if it < warmup:\n        return max_lr\n",
        ),
    ),
    mistake(
        "floor_is_zero",
        edit(OVER, "    if it >= total:\n        return 0.0\n"),
        edit(DOWN, "0.5 * (1 + math.cos(math.pi * progress)) * max_lr"),
    ),
    mistake("zero_at_the_end", edit(OVER, "    if it >= total:\n        return 0.0\n")),
    mistake("floor_added", edit(DOWN, "min_lr + 0.5 * (1 + math.cos(math.pi * progress)) * max_lr")),
    mistake("goes_up_again", edit(OVER, "    if total == warmup:\n        return min_lr\n")),
    mistake("warmup_not_subtracted", edit("(it - warmup) / (total - warmup)", "it / total")),
    mistake("length_not_shortened", edit("(it - warmup) / (total - warmup)", "(it - warmup) / total")),
    mistake("progress_begins_late", edit("(it - warmup) / (total - warmup)", "it / (total - warmup)")),
    mistake("whole_turn", edit("math.pi * progress", "2 * math.pi * progress")),
    mistake(
        "quarter_turn",
        edit("0.5 * (1 + math.cos(math.pi * progress))", "math.cos(math.pi * progress / 2)"),
        convention=True,
    ),
    mistake("half_forgotten", edit("0.5 * (1 + math.cos(math.pi * progress))", "(1 + math.cos(math.pi * progress))")),
    mistake("one_forgotten", edit("0.5 * (1 + math.cos(math.pi * progress))", "math.cos(math.pi * progress)")),
    mistake("sine", edit("math.cos(math.pi * progress)", "math.sin(math.pi * progress)")),
    mistake("straight_line", edit("0.5 * (1 + math.cos(math.pi * progress))", "(1 - progress)")),
    mistake("upside_down", edit("(1 + math.cos(math.pi * progress))", "(1 - math.cos(math.pi * progress))")),
    mistake("degrees", edit("math.pi * progress", "180 * progress")),
    # Noam
    mistake("greater_of_the_two", edit("min(it**-0.5, it * warmup**-1.5)", "max(it**-0.5, it * warmup**-1.5)")),
    mistake("wrong_power_of_warmup", edit("warmup**-1.5", "warmup**-0.5")),
    mistake("divided_by_warmup", edit("warmup**-1.5", "warmup**-1.0")),
    mistake("without_the_model", edit("d_model**-0.5 * ", "")),
    mistake("model_without_root", edit("d_model**-0.5", "d_model**-1")),
    mistake("model_multiplies", edit("d_model**-0.5", "d_model**0.5")),
    mistake("no_warmup_of_noam", edit("min(it**-0.5, it * warmup**-1.5)", "it**-0.5")),
    mistake("warmup_only", edit("min(it**-0.5, it * warmup**-1.5)", "it * warmup**-1.5")),
    mistake("inverse_without_root", edit("min(it**-0.5,", "min(1 / it,")),
    mistake(
        "jump_at_the_peak",
        edit("min(it**-0.5, it * warmup**-1.5)", "(it * warmup**-1.5 if it < warmup else (it - warmup + 1) ** -0.5)"),
    ),
)

EQUIVALENTS = (
    equivalent("other_writing", defines={"cosine_schedule": cosine_by_square, "noam_schedule": noam_by_branches}),
    equivalent("with_numpy", defines={"cosine_schedule": cosine_with_numpy, "noam_schedule": noam_with_powers}),
    equivalent("descending_first", defines={"cosine_schedule": cosine_descending_first, "noam_schedule": noam_as_peak}),
)
