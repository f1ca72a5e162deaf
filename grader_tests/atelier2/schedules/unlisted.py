"""2.14 schedules: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

from attentif.exercises.unlisted import unlisted

from .oracle import cosine_schedule, noam_schedule


def otherwise(it, max_lr, min_lr, warmup, total, descent):
    """Right but for the descent, a function of progress from 0 to 1 that goes from 1 to 0."""
    if it < warmup or it >= total:
        return cosine_schedule(it, max_lr, min_lr, warmup, total)
    return min_lr + descent((it - warmup) / (total - warmup)) * (max_lr - min_lr)


@unlisted("cosine_schedule", "straight_line")
def cosine_schedule_linear_descent(it, max_lr, min_lr, warmup, total):
    return otherwise(it, max_lr, min_lr, warmup, total, lambda p: 1 - p)


@unlisted("cosine_schedule", "quarter_turn")
def cosine_schedule_quarter(it, max_lr, min_lr, warmup, total):  # a quarter of a cosine
    return otherwise(it, max_lr, min_lr, warmup, total, lambda p: math.cos(math.pi * p / 2))


@unlisted("cosine_schedule")
def cosine_schedule_squared(it, max_lr, min_lr, warmup, total):
    return otherwise(it, max_lr, min_lr, warmup, total, lambda p: (0.5 * (1 + math.cos(math.pi * p))) ** 2)


@unlisted("cosine_schedule")
def cosine_schedule_exponential(it, max_lr, min_lr, warmup, total):
    return otherwise(it, max_lr, min_lr, warmup, total, lambda p: math.exp(-5 * p))


@unlisted("cosine_schedule")
def cosine_schedule_square_root(it, max_lr, min_lr, warmup, total):
    return otherwise(it, max_lr, min_lr, warmup, total, lambda p: 1 - math.sqrt(p))


@unlisted("cosine_schedule")
def cosine_schedule_quadratic_warmup(it, max_lr, min_lr, warmup, total):
    if it < warmup:
        return max_lr * (it / warmup) ** 2
    return cosine_schedule(it, max_lr, min_lr, warmup, total)


@unlisted("cosine_schedule", "no_warmup")
def cosine_schedule_no_warmup(it, max_lr, min_lr, warmup, total):  # the largest rate while warming up
    return max_lr if it < warmup else cosine_schedule(it, max_lr, min_lr, warmup, total)


@unlisted("cosine_schedule", "zero_at_the_end")
def cosine_schedule_zero_at_last(it, max_lr, min_lr, warmup, total):
    return 0.0 if it >= total else cosine_schedule(it, max_lr, min_lr, warmup, total)


@unlisted("cosine_schedule")
def cosine_schedule_restarts(it, max_lr, min_lr, warmup, total):
    if it >= total and total > warmup:
        it = warmup + (it - warmup) % (total - warmup)
    return cosine_schedule(it, max_lr, min_lr, warmup, total)


@unlisted("cosine_schedule")
def cosine_schedule_floor_everywhere(it, max_lr, min_lr, warmup, total):  # never below min_lr, in the warm-up too
    return max(min_lr, cosine_schedule(it, max_lr, min_lr, warmup, total))


@unlisted("cosine_schedule")
def cosine_schedule_maximum_instead_of_floor(it, max_lr, min_lr, warmup, total):  # cut, not stretched, at min_lr
    return max(min_lr, cosine_schedule(it, max_lr, 0.0, warmup, total)) if it >= warmup else max_lr * it / warmup


@unlisted("noam_schedule", "model_multiplies")
def noam_schedule_times_root_d(it, d_model, warmup):
    return d_model**0.5 * min(it**-0.5, it * warmup**-1.5)


@unlisted("noam_schedule", "without_the_model")
def noam_schedule_no_d(it, d_model, warmup):
    return min(it**-0.5, it * warmup**-1.5)


@unlisted("noam_schedule")
def noam_schedule_plus(it, d_model, warmup):  # sum of both
    return d_model**-0.5 * (it**-0.5 + it * warmup**-1.5)


@unlisted("noam_schedule")
def noam_schedule_flat(it, d_model, warmup):  # constant after the peak
    return noam_schedule(min(it, warmup), d_model, warmup)


@unlisted("noam_schedule")
def noam_schedule_inverse(it, d_model, warmup):  # 1/it for 1/√it
    return d_model**-0.5 * min(1 / it, it * warmup**-2)


@unlisted("noam_schedule")
def noam_schedule_peak_of_one(it, d_model, warmup):
    return min(it / warmup, (warmup / it) ** 0.5)


@unlisted("noam_schedule", "wrong_power_of_warmup")
def noam_schedule_warmup_power(it, d_model, warmup):  # warmup ** −0.5
    return d_model**-0.5 * min(it**-0.5, it * warmup**-0.5)


@unlisted("cosine_schedule", "warmup_not_subtracted")
def cosine_schedule_whole_length(it, max_lr, min_lr, warmup, total):  # progress from step 0, warm-up or not
    if it < warmup or it >= total:
        return cosine_schedule(it, max_lr, min_lr, warmup, total)
    return min_lr + 0.5 * (1 + math.cos(math.pi * it / total)) * (max_lr - min_lr)


@unlisted("cosine_schedule")
def cosine_schedule_total_without_warmup(it, max_lr, min_lr, warmup, total):  # total steps of descent
    if it < warmup:
        return max_lr * it / warmup
    return cosine_schedule(it - warmup, max_lr, min_lr, 0, total)


@unlisted("cosine_schedule", "warmup_from_the_floor")
def cosine_schedule_from_min(it, max_lr, min_lr, warmup, total):  # the warm-up begins at min_lr
    if it < warmup:
        return min_lr + (max_lr - min_lr) * it / warmup
    return cosine_schedule(it, max_lr, min_lr, warmup, total)
