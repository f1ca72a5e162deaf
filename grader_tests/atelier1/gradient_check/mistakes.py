"""1.13 gradient_check: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def gradient_check_with_restoring(f, x, eps=1e-5):
    a = np.array(f(x)[1])  # (d,)
    n = np.empty_like(a)
    for i in range(x.size):
        old = x[i]
        x[i] = old + eps
        plus, _ = f(x)
        x[i] = old - eps
        minus, _ = f(x)
        x[i] = old
        n[i] = 0.5 * (plus - minus) / eps
    return float(np.linalg.norm(n - a) / (np.linalg.norm(n) + np.linalg.norm(a)))


def gradient_check_by_comprehension(f, x, eps=1e-5):
    a = f(x)[1]  # (d,)
    n = np.array([f(x + eps * e)[0] / (2 * eps) - f(x - eps * e)[0] / (2 * eps) for e in np.eye(len(x))])
    return euclidean_norm(a - n) / (euclidean_norm(a) + euclidean_norm(n))


def euclidean_norm(v):
    return float(np.sqrt(np.sum(v * v)))


MISTAKES = (
    mistake(
        "forward_difference",
        edit("_, announced = f(x)", "value, announced = f(x)"),
        edit("f(x - step)[0]) / (2 * eps)", "value) / eps"),
    ),
    mistake("divided_by_eps", edit("(2 * eps)", "eps")),
    mistake("absolute_error", edit(" / (np.linalg.norm(announced) + np.linalg.norm(numerical))", "")),
    mistake(
        "not_restored",
        edit(
            "step = np.zeros_like(x)  # (d,)\n"
            "        step[i] = eps\n"
            "        numerical[i] = (f(x + step)[0] - f(x - step)[0])",
            "x[i] += eps\n"
            "        plus = f(x)[0]\n"
            "        x[i] -= 2 * eps  # and x stays there\n"
            "        numerical[i] = (plus - f(x)[0])",
        ),
    ),
    mistake("tiny_step", edit("step[i] = eps", "step[i] = eps = 1e-12")),
    mistake("all_at_once", edit("step[i] = eps", "step[:] = eps")),
)

EQUIVALENTS = (
    equivalent("restored", defines={"gradient_check": gradient_check_with_restoring}),
    equivalent("comprehension", defines={"gradient_check": gradient_check_by_comprehension}, uses=(euclidean_norm,)),
)
