"""1.15 jacobian_norms, clip_gradients: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import numpy as np

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def jacobian_norms_by_columns(Wh, hs):
    T = len(hs)
    J, norms = np.eye(len(Wh)), [1.0]
    for t in range(T - 1, 0, -1):
        J = J @ np.diag(1 - hs[t] ** 2) @ Wh.T  # columns: ∂h_T/∂h_t is the transpose
        norms.append(np.linalg.svd(J, compute_uv=False)[0])
    return np.array(norms[::-1])


def jacobian_norms_from_scratch(Wh, hs):
    norms = []
    for t in range(len(hs)):
        J = np.eye(len(Wh))
        for h in hs[t + 1 :]:
            J = J @ Wh @ np.diag(1 - h**2)
        norms.append(np.sqrt(max(np.linalg.eigvalsh(J @ J.T).max(), 0.0)))
    return np.array(norms)


def clip_gradients_by_concatenation(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
    return [g / max(1.0, norm / max_norm) for g in grads]


def clip_gradients_with_epsilon(grads, max_norm):
    norm = math.sqrt(sum(float((g * g).sum()) for g in grads))
    return tuple(g * min(1.0, max_norm / (norm + 1e-6)) for g in grads)


MISTAKES = (
    mistake("wrong_order", edit("(Wh * (1 - hs[t + 1] ** 2)) @ J", "J @ (Wh * (1 - hs[t + 1] ** 2))")),
    mistake("without_tanh", edit("(Wh * (1 - hs[t + 1] ** 2))", "Wh")),
    mistake(
        "frobenius",
        edit("np.ones(T)", "np.full(T, np.linalg.norm(J))"),
        edit("np.linalg.norm(J, 2)", "np.linalg.norm(J)"),
    ),
    mistake("spectral_radius", edit("np.linalg.norm(J, 2)", "np.abs(np.linalg.eigvals(J)).max()")),
    mistake("derivative_at_wrong_time", edit("hs[t + 1]", "hs[t]")),
    mistake("mixed_conventions", edit("(Wh * (1 - hs[t + 1] ** 2)) @ J", "J @ np.diag(1 - hs[t + 1] ** 2) @ Wh")),
    mistake("clipped_separately", edit("g * scale", "g * min(1.0, max_norm / max(np.linalg.norm(g), 1e-12))")),
    mistake("always_rescaled", edit(" if norm > max_norm else 1.0", "")),
    mistake("clipped_by_value", edit("g * scale", "np.clip(g, -max_norm, max_norm)")),
    mistake("sum_of_norms", edit("np.sqrt(sum(np.sum(g**2) for g in grads))", "sum(np.linalg.norm(g) for g in grads)")),
    mistake("squared_norm", edit("np.sqrt(sum(np.sum(g**2) for g in grads))", "sum(np.sum(g**2) for g in grads)")),
)

EQUIVALENTS = (
    equivalent("columns", defines={"jacobian_norms": jacobian_norms_by_columns}),
    equivalent("from_scratch", defines={"jacobian_norms": jacobian_norms_from_scratch}),
    equivalent("concatenation", defines={"clip_gradients": clip_gradients_by_concatenation}),
    equivalent("torch_epsilon", defines={"clip_gradients": clip_gradients_with_epsilon}),
)
