"""1.6 Entropy and KL: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import numpy as np
import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def entropy_by_where(p, base=math.e):
    surprise = np.where(p > 0, -np.log(np.where(p > 0, p, 1.0)), 0.0)
    return np.dot(p, surprise) / math.log(base)


def kl_by_entropies(p, q):
    log_p = np.log(np.where(p > 0, p, 1.0))
    return float(np.dot(p, log_p) - np.dot(p, np.log(q)))


def entropy_by_torch(p, base=math.e):
    return torch.special.entr(torch.as_tensor(p, dtype=torch.float64)).sum().item() / math.log(base)


def kl_by_torch(p, q):
    p, q = torch.as_tensor(p, dtype=torch.float64), torch.as_tensor(q, dtype=torch.float64)
    return (torch.special.xlogy(p, p) - torch.special.xlogy(p, q)).sum().item()


def entropy_by_loop(p, base=math.e):
    return -sum(float(pi) * math.log(pi, base) for pi in p if pi > 0)


def kl_by_loop(p, q):
    return sum(float(pi) * math.log(pi / qi) for pi, qi in zip(p, q, strict=True) if pi > 0)


MISTAKES = (
    mistake("entropy_negative", edit("-np.sum(p * np.log(p))", "np.sum(p * np.log(p))")),
    mistake("entropy_base_ignored", edit(" / np.log(base)", "")),
    mistake("entropy_always_bits", edit(" / np.log(base)", " / np.log(2)")),
    mistake(
        "entropy_mean", edit("p = p[p > 0]", "n, p = len(p), p[p > 0]"), edit("/ np.log(base)", "/ np.log(base) / n")
    ),
    mistake("entropy_nan_at_zero", edit("p > 0]", "p >= 0]")),
    mistake("entropy_log1p", edit("p = p[p > 0]", "p = p[p >= 0]"), edit("np.log(p)", "np.log1p(p)")),
    mistake(
        "kl_reversed",
        edit("kept = p > 0", "kept = q >= 0"),
        edit("p[kept] * np.log(p[kept] / q[kept])", "q[kept] * np.log(q[kept] / p[kept])"),
    ),
    mistake("kl_in_bits", edit("np.log(p[kept]", "np.log2(p[kept]"), convention=True),
    mistake(
        "kl_cross_entropy", edit("np.sum(p[kept] * np.log(p[kept] / q[kept]))", "-np.sum(p[kept] * np.log(q[kept]))")
    ),
    mistake("kl_negative", edit("p[kept] / q[kept]", "q[kept] / p[kept]")),
    mistake(
        "kl_mean",
        edit("np.sum(p[kept] * np.log(p[kept] / q[kept]))", "np.sum(p[kept] * np.log(p[kept] / q[kept])) / len(p)"),
    ),
    mistake("kl_nan_at_zero", edit("kept = p > 0", "kept = p >= 0")),
    mistake("kl_log1p", edit("kept = p > 0", "kept = p >= 0"), edit("np.log(p[kept]", "np.log1p(p[kept]")),
)

EQUIVALENTS = (
    equivalent("by_where", defines={"entropy": entropy_by_where, "kl_divergence": kl_by_entropies}),
    equivalent("by_torch", defines={"entropy": entropy_by_torch, "kl_divergence": kl_by_torch}),
    equivalent("by_loop", defines={"entropy": entropy_by_loop, "kl_divergence": kl_by_loop}),
)
